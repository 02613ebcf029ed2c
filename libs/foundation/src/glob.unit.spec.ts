import { describe, expect, it } from '@jest/globals';
import { globOf } from './glob.js';

/** What the pattern means, by the engine that takes exponential time for it. */
const slow = (pattern: string, question: boolean): RegExp => {
  const body = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${question ? body.replaceAll('?', '.') : body.replaceAll('?', '\\?')}$`, 's');
};

const texts = (letters: string, length: number): string[] =>
  length === 0
    ? ['']
    : ['', ...[...letters].flatMap((letter) => texts(letters, length - 1).map((rest) => letter + rest))];

describe('a pattern', () => {
  it('matches what it says, for all short patterns and texts', () => {
    const subjects = [...new Set(texts('ab?', 4))];
    for (const pattern of new Set(texts('ab*?', 4)))
      for (const question of [true, false]) {
        const [matches, meant] = [globOf(pattern, { question }), slow(pattern, question)];
        for (const text of subjects)
          expect([pattern, question, text, matches(text)]).toEqual([pattern, question, text, meant.test(text)]);
      }
  });

  it('takes signs of regular expressions for themselves, and a line break for any character', () => {
    expect(globOf('GET /a.b*')('GET /a.b/{id}\n')).toBe(true);
    expect(globOf('GET /a.b*')('GET /axb')).toBe(false);
    expect(globOf('[a-z]+')('[a-z]+')).toBe(true);
  });

  it('that backtracking would take for ever is answered', () => {
    const text = 'a'.repeat(100_000);
    expect(globOf(`${'*a'.repeat(1000)}b`)(text)).toBe(false);
    expect(globOf(`${'*a?'.repeat(500)}b`, { question: true })(text)).toBe(false);
    expect(globOf(`${'*a'.repeat(1000)}*`)(text)).toBe(true);
  });
});

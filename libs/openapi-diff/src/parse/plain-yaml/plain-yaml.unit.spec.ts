import { describe, expect, it } from '@jest/globals';
import { parseDocument, stringify } from 'yaml';
import { sampleApi } from '../../testing/api.js';
import type { Positions } from './flow.js';
import { readPlainYaml } from './reader.js';
import { NotPlain } from './scalars.js';

/** What the full reader makes of a text; a string when it refuses it. */
const full = (text: string): unknown => {
  const document = parseDocument(text, { merge: true, prettyErrors: false, logLevel: 'silent' });
  return document.errors.length > 0 ? `refused: ${document.errors[0]?.message}` : (document.toJS() ?? null);
};

const LEFT = Symbol('left to the full reader');

const plain = (text: string): unknown => {
  try {
    return readPlainYaml(text);
  } catch (error) {
    if (error instanceof NotPlain) return LEFT;
    throw error;
  }
};

describe('the plain reader reads as the full reader does', () => {
  it.each([
    'a: 1\nb: two\nc:\n  d: [1, "x", y z, {e: f, "g":h}]\n',
    '- a\n- - b\n  - c: d\n    e: f\n-\n- - -\n',
    'list:\n- a\n- b: 1\n  c: 2\nnext: x',
    'a: ~\nb: null\nc:\nd: true\ne: False\nf: no\ng: 012\nh: 1e3\ni: .5\nj: +7\nk: 2024-01-31\nl: 1_000\n',
    '200: ok\n"404": none\n\'5xx\': bad\ntrue: t\n',
    'a: |\n  x\n   y\n\n  z\n\n\nb: |-\n  q\nc: |+\n  k\n\n\nd: end\n',
    'a: >\n  one\n  two\n\n  three\n   more\n  four\n\nb: >-\n\n  lead\n  x\n',
    'a: |2\n   x\n  y\nb: |+\n\n\nc: |+\n  \nd: |+\ne: x\n',
    'a: plain text\n  that goes\n\n  on: no\n',
    'a: plain text\n  that goes\n\n  on\nb: x # note\n# note\n  # note\nc: a#b\n',
    'a: "x\n\n  y \\\n   z \\u00e9 \\x41\\tb"\nb: \'it\'\'s\n  two\'\nc: "\\/"\n',
    '---\na: http://x.example:80/y\nb: {a: b:c}\nc: -1\nd: - \n',
    'a: "b" # c\nb:    spaced   \nc:\t\nd: x\n',
    'a : b\n"c" : d\n? e\n: f\n',
    'a: [\n  b,\n  c\n]\nd: [\n    e]\n',
    'a: &x 1\nb: *x\n',
    'a: {b}\nc: [d: e]\n',
    'a: 1\na: 2\n',
    'a:\n    b: 1\n  c: 2\n',
    'a: b: c\n',
    '- a\nb: c\n',
    'a: %x\nb: @y\nc: `z\n',
    '',
    '# only a note\n',
    'just text',
    '[1, 2]',
    '{"a": 1}\n',
    'a: |\n x\n# note\n y\n',
    'a: x\n...\nb: y\n',
  ])('%j', (text) => {
    const found = plain(text);
    if (found !== LEFT) expect(found).toEqual(full(text));
  });

  it.each([
    {},
    { lineWidth: 0 },
    { lineWidth: 20 },
    { indentSeq: false },
    { indent: 4 },
    { defaultStringType: 'QUOTE_DOUBLE' as const },
    { defaultStringType: 'QUOTE_SINGLE' as const },
    { blockQuote: 'folded' as const, lineWidth: 30 },
  ])('a whole description written with %j, without help', (style) => {
    const document = { ...sampleApi(), 'x-text': `one\n\n two  \nthree: 4 # five\n${'long '.repeat(30)}\n\n` };
    const text = stringify(document, { aliasDuplicateObjects: false, ...style });
    expect(readPlainYaml(text)).toEqual(full(text));
  });

  it('or leaves it to that one, whatever is broken in the text', () => {
    const pieces = [
      '\n',
      '  ',
      '\t',
      ': ',
      '- ',
      ' #',
      '"',
      "'",
      '|',
      '>-\n',
      '[',
      '}',
      ',',
      '&a ',
      '*a',
      '\\',
      '? ',
      '---\n',
      '~',
      '0x1',
      '|+\n',
      ' \n\n',
      '<<: ',
    ];
    const lines = stringify({ ...sampleApi(), 'x-text': 'a\nb\n\nc\n' }, { aliasDuplicateObjects: false }).split('\n');
    let state = 20;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 0x100000000) * below);
    };
    let accepted = 0;
    for (let round = 0; round < 1500; round++) {
      const start = random(lines.length - 12);
      const margin = /^ */.exec(lines[start] as string)?.[0].length ?? 0;
      let text = lines
        .slice(start, start + 12)
        .map((line) => line.slice(margin))
        .join('\n');
      for (let count = random(3); count > 0; count--) {
        const at = random(text.length);
        text = text.slice(0, at) + (pieces[random(pieces.length)] as string) + text.slice(at + random(3));
      }
      const found = plain(text);
      if (found === LEFT) continue;
      accepted++;
      expect([text, found]).toEqual([text, full(text)]);
    }
    expect(accepted).toBeGreaterThan(300);
  });
});

describe('positions', () => {
  it('are those of every key and item', () => {
    const text = 'a:\n  - b: 1\n    "c": {d: [x, y]}\n  -\n    e: 2\n';
    const positions: Positions = new Map();
    const root = readPlainYaml(text, positions) as any;
    const at = (container: object, key: string): string => text.slice(positions.get(container)?.get(key)).slice(0, 3);
    expect([
      at(root, 'a'),
      at(root.a[0], 'b'),
      at(root.a[0], 'c'),
      at(root.a[0].c, 'd'),
      at(root.a[0].c.d, '1'),
      at(root.a[1], 'e'),
    ]).toEqual(['a:\n', 'b: ', '"c"', 'd: ', 'y]}', 'e: ']);
  });
});

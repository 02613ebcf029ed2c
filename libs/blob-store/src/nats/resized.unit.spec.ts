import { describe, expect, it } from '@jest/globals';
import { resized } from './resized.js';

describe('resized', () => {
  it.each([
    [['abcdef', 'g'], 3, ['abc', 'def', 'g']],
    [['a', '', 'bc', 'defghij'], 4, ['abcd', 'efgh', 'ij']],
    [['abcd'], 4, ['abcd']],
    [['abcd'], 10, ['abcd']],
    [[], 4, []],
    [[''], 4, []],
  ])('cuts %j into pieces of %i', async (chunks, size, expected) => {
    const pieces: string[] = [];
    for await (const piece of resized(
      chunks.map((text) => Buffer.from(text)),
      size,
      1,
    )) {
      pieces.push(Buffer.from(piece).toString());
    }
    expect(pieces).toEqual(expected);
  });

  it('leaves a piece alone while the given number of further ones is requested, then reuses its memory', async () => {
    const pieces: Uint8Array[] = [];
    const seen: string[] = [];
    for await (const piece of resized([Buffer.from('abcdefgh')], 1, 2)) {
      pieces.push(piece);
      seen.push(
        pieces
          .slice(-3)
          .map((one) => Buffer.from(one).toString())
          .join(''),
      );
    }
    expect(seen).toEqual(['a', 'ab', 'abc', 'bcd', 'cde', 'def', 'efg', 'fgh']);
    expect(new Set(pieces).size).toBe(3);
  });
});

import { describe, expect, it } from '@jest/globals';
import { hash32, murmur128 } from './hash.js';

function murmur(text: string): string {
  const bytes = Buffer.from(text);
  const padded = Buffer.alloc((bytes.length + 3) & ~3);
  bytes.copy(padded);
  const words = new Int32Array(new Uint8Array(padded).buffer);
  const out = new Int32Array(4);
  murmur128(words, 0, bytes.length, out, 0);
  return [...out].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

describe('murmur128', () => {
  // Published values of MurmurHash3_x86_128 with seed 0 (SMHasher's port tests and murmurhash3js).
  it.each([
    ['', '00000000000000000000000000000000'],
    ['The quick brown fox jumps over the lazy dog', '2f1583c3ecee2c675d7bf66ce5e91d2c'],
    ["I will not buy this tobacconist's, it is scratched.", '9b5b7ba2ef3f7866889adeaf00f3f98e'],
  ])('hashes "%s" as published', (text, expected) => {
    expect(murmur(text)).toBe(expected);
  });

  it('gives each length of tail a different hash', () => {
    const hashes = Array.from({ length: 64 }, (_, length) => murmur('\0'.repeat(length)));
    expect(new Set(hashes).size).toBe(64);
  });

  it('changes about half of its bits when one bit of the input changes', () => {
    const count = (a: string, b: string) =>
      [...(BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2)].filter((bit) => bit === '1').length;
    const changes = Array.from({ length: 64 }, (_, i) =>
      count(murmur('a'.repeat(64)), murmur(`${'a'.repeat(i)}c${'a'.repeat(63 - i)}`)),
    );
    const mean = changes.reduce((sum, bits) => sum + bits, 0) / changes.length;
    expect(mean).toBeGreaterThan(60);
    expect(mean).toBeLessThan(68);
    expect(Math.min(...changes)).toBeGreaterThan(40);
  });
});

describe('hash32', () => {
  it('spreads keys that count up over the whole range', () => {
    const parts = new Uint32Array(64);
    for (let i = 0; i < 64_000; i++) {
      const key = Buffer.from(`\x03${i}\xff`, 'latin1');
      parts[hash32(key, 0, key.length) >>> 26]!++;
    }
    expect(Math.min(...parts)).toBeGreaterThan(800);
    expect(Math.max(...parts)).toBeLessThan(1200);
  });

  it('ignores bytes outside the range', () => {
    const bytes = Buffer.from('xxhelloyy');
    expect(hash32(bytes, 2, 7)).toBe(hash32(Buffer.from('hello'), 0, 5));
    expect(hash32(bytes, 2, 7)).not.toBe(hash32(bytes, 2, 8));
  });

  it('distinguishes runs of zeros of different length', () => {
    const zeros = Buffer.alloc(16);
    expect(new Set(Array.from({ length: 17 }, (_, end) => hash32(zeros, 0, end))).size).toBe(17);
  });
});

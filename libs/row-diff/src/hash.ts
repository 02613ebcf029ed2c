// MurmurHash3 by Austin Appleby (public domain): x86 128 for rows, its finish also for the small hash of short values.
// Fast and well spread, no defence against deliberate collisions.

export const C1 = 0x239b961b;
export const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;
const SEED = 0x811c9dc5 | 0;
const STEP = 0x9e3779b1 | 0;

/**
 * MurmurHash3_x86_128 with seed 0, as four little-endian words from `out[at]`.
 * @param words the bytes, from word `start` on; those of the last word that are beyond `byteLength` must be zero
 */
export function murmur128(words: Int32Array, start: number, byteLength: number, out: Int32Array, at: number): void {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  let i = start;
  for (const end = start + ((byteLength >>> 4) << 2); i < end; i += 4) {
    let k = Math.imul(words[i]!, C1);
    h1 ^= Math.imul((k << 15) | (k >>> 17), C2);
    h1 = (Math.imul(((h1 << 19) | (h1 >>> 13)) + h2, 5) + 0x561ccd1b) | 0;
    k = Math.imul(words[i + 1]!, C2);
    h2 ^= Math.imul((k << 16) | (k >>> 16), C3);
    h2 = (Math.imul(((h2 << 17) | (h2 >>> 15)) + h3, 5) + 0x0bcaa747) | 0;
    k = Math.imul(words[i + 2]!, C3);
    h3 ^= Math.imul((k << 17) | (k >>> 15), C4);
    h3 = (Math.imul(((h3 << 15) | (h3 >>> 17)) + h4, 5) + 0x96cd1c35) | 0;
    k = Math.imul(words[i + 3]!, C4);
    h4 ^= Math.imul((k << 18) | (k >>> 14), C1);
    h4 = (Math.imul(((h4 << 13) | (h4 >>> 19)) + h1, 5) + 0x32ac3b17) | 0;
  }
  const tail = byteLength & 15;
  if (tail > 12) {
    const k = Math.imul(words[i + 3]!, C4);
    h4 ^= Math.imul((k << 18) | (k >>> 14), C1);
  }
  if (tail > 8) {
    const k = Math.imul(words[i + 2]!, C3);
    h3 ^= Math.imul((k << 17) | (k >>> 15), C4);
  }
  if (tail > 4) {
    const k = Math.imul(words[i + 1]!, C2);
    h2 ^= Math.imul((k << 16) | (k >>> 16), C3);
  }
  if (tail > 0) {
    const k = Math.imul(words[i]!, C1);
    h1 ^= Math.imul((k << 15) | (k >>> 17), C2);
  }
  h1 ^= byteLength;
  h2 ^= byteLength;
  h3 ^= byteLength;
  h4 ^= byteLength;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  out[at] = h1;
  out[at + 1] = h2 + h1;
  out[at + 2] = h3 + h1;
  out[at + 3] = h4 + h1;
}

/**
 * A 32-bit hash of some bytes, unsigned: four at a time, each step a bijection, so that two runs of the same length that
 * differ within one word never collide before the finish.
 */
export function hash32(bytes: Uint8Array, start: number, end: number): number {
  let hash = (end - start) ^ SEED;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = step(hash, wordAt(bytes, at));
  return finish(step(hash, lastWordAt(bytes, at, end))) >>> 0;
}

function step(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, STEP);
  return mixed ^ (mixed >>> 15);
}

export function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Four bytes as a little-endian word. */
export const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

/** The remaining bytes, fewer than four, as a word padded with zeros. */
export function lastWordAt(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let shift = 0; at < end; shift += 8) word |= bytes[at++]! << shift;
  return word;
}

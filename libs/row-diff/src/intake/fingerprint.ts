import type { CanonicalRow } from './canonical-row.js';
import { C1, C2, finish, lastWordAt, wordAt } from '../hash.js';
import type { EntryCursor } from '../snapshot/entry-cursor.js';

/**
 * 96 bits of a row and its key, kinds of the key included, the same when computed from a row or from the entry of a
 * snapshot: the row's hash continues over the key, a word at a time, as in murmur3.
 */
export class Fingerprint {
  /** Valid until the next one is made. */
  readonly words = new Int32Array(3);

  ofRow({ key: { bytes, length }, hash }: CanonicalRow): void {
    this.#make(hash[0]!, hash[1]!, hash[2]!, hash[3]!, bytes, 0, length);
  }

  ofEntry({ bytes, keyAt, hashAt }: EntryCursor): void {
    const h1 = wordAt(bytes, hashAt);
    const h2 = wordAt(bytes, hashAt + 4);
    const h3 = wordAt(bytes, hashAt + 8);
    const h4 = wordAt(bytes, hashAt + 12);
    this.#make(h1, h2, h3, h4, bytes, keyAt, hashAt);
  }

  #make(h1: number, h2: number, h3: number, h4: number, bytes: Uint8Array, at: number, end: number): void {
    h1 ^= end - at;
    for (; at < end; at += 4) {
      const k = Math.imul(at + 4 <= end ? wordAt(bytes, at) : lastWordAt(bytes, at, end), C1);
      const h = h1 ^ Math.imul((k << 15) | (k >>> 17), C2);
      h1 = h2;
      h2 = h3;
      h3 = h4;
      h4 = (Math.imul(((h << 19) | (h >>> 13)) + h1, 5) + 0x561ccd1b) | 0;
    }
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = finish(h2 + h1);
    h3 = finish(h3 + h1);
    h4 = finish(h4 + h1);
    h1 = (finish(h1) + h2 + h3 + h4) | 0;
    this.words[0] = h2 + h1;
    this.words[1] = h3 + h1;
    this.words[2] = h4 + h1;
  }
}

import { C1, C2, finish } from './hash.js';
import type { KeyWriter } from './key-writer.js';
import type { EntryCursor } from './snapshot/entry-cursor.js';

/**
 * 96 bits of a row and its key, kinds of the key included, the same whether it is seen as a row or as the entry of a
 * snapshot: the row's hash goes on over the key, a word at a time, as murmur3 does it.
 */
export class Fingerprint {
  readonly words = new Int32Array(3);
  #h1 = 0;
  #h2 = 0;
  #h3 = 0;
  #h4 = 0;

  /** @param hash of the row whose key was read last */
  ofRow({ values: { canonical, length, kinds, kindsLength } }: KeyWriter, hash: Int32Array): void {
    this.#h1 = hash[0]!;
    this.#h2 = hash[1]!;
    this.#h3 = hash[2]!;
    this.#h4 = hash[3]!;
    this.#add(canonical, 0, length);
    this.#add(kinds, 0, kindsLength);
    this.#end();
  }

  ofEntry({ bytes, keyAt, keyLength, kindsLength, hashAt }: EntryCursor): void {
    this.#h1 = wordAt(bytes, hashAt);
    this.#h2 = wordAt(bytes, hashAt + 4);
    this.#h3 = wordAt(bytes, hashAt + 8);
    this.#h4 = wordAt(bytes, hashAt + 12);
    this.#add(bytes, keyAt, keyAt + keyLength);
    this.#add(bytes, keyAt + keyLength, keyAt + keyLength + kindsLength);
    this.#end();
  }

  #add(bytes: Uint8Array, at: number, end: number): void {
    this.#h1 ^= end - at;
    for (; at + 4 <= end; at += 4) this.#mix(wordAt(bytes, at));
    let word = 0;
    for (let shift = 0; at < end; shift += 8) word |= bytes[at++]! << shift;
    this.#mix(word);
  }

  #mix(word: number): void {
    const k = Math.imul(word, C1);
    const h = this.#h1 ^ Math.imul((k << 15) | (k >>> 17), C2);
    this.#h1 = this.#h2;
    this.#h2 = this.#h3;
    this.#h3 = this.#h4;
    this.#h4 = (Math.imul(((h << 19) | (h >>> 13)) + this.#h1, 5) + 0x561ccd1b) | 0;
  }

  #end(): void {
    const sum = (this.#h1 + this.#h2 + this.#h3 + this.#h4) | 0;
    const h1 = finish(sum);
    const h2 = finish(this.#h2 + sum);
    const h3 = finish(this.#h3 + sum);
    const h4 = finish(this.#h4 + sum);
    const all = (h1 + h2 + h3 + h4) | 0;
    this.words[0] = h2 + all;
    this.words[1] = h3 + all;
    this.words[2] = h4 + all;
  }
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

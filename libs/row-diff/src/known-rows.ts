import type { Breath } from './breath.js';
import { murmur128 } from './hash.js';
import type { KeyWriter } from './key-writer.js';
import type { Previous } from './previous.js';
import type { EntryCursor } from './snapshot/entry-cursor.js';
import { HASH_BYTES } from './snapshot/format.js';

/** Words of an entry: its key's hash, and three of the hash of key and row together. */
const WORDS = 4;
/** Beside the words a byte of state, and at most a word of the directory for every two entries. */
const ENTRY_BYTES = WORDS * 4 + 1 + 2;
const FIRST_CAPACITY = 64 * 1024;
const HASHES = 2 ** 32;

const State = { untouched: 0, unchanged: 1, touched: 2 } as const;

/**
 * What the previous snapshot's rows were, by 128 bits each, for as many as fit in memory: a row that is known here need
 * not be put aside for the join. They are the entries with the lowest hashes of keys, as a snapshot begins with them;
 * rows with hashes beyond are not known. A row that is told as unknown only costs time: the join decides.
 */
export class KnownRows {
  readonly #print = new Print();
  readonly #columns: readonly string[];
  readonly #most: number;
  #words: Int32Array;
  /** Of each entry, in the order of the snapshot. */
  #states = new Uint8Array(0);
  #count = 0;
  /** Rows whose key's hash is not below this are not known. */
  #bound = HASHES;
  /** The first entry of each range of hashes, which differ in their last `shift` bits. */
  #starts = new Uint32Array(0);
  #shift = 31;

  /** @param memory bytes that it may hold */
  private constructor(columns: readonly string[], memory: number) {
    this.#columns = columns;
    this.#most = Math.floor(memory / ENTRY_BYTES);
    this.#words = new Int32Array(Math.min(this.#most, FIRST_CAPACITY) * WORDS);
  }

  /** Reads entries of a snapshot, as many as fit. @param check is asked now and then, and throws to end it */
  static async of(previous: Previous, memory: number, breath: Breath, check: () => void): Promise<KnownRows> {
    const { header, entries } = previous;
    const known = new KnownRows(header.columns, memory);
    for (await previous.nextFrame(); entries.here && !known.#full; await previous.nextFrame()) {
      for (; entries.here && !known.#full; entries.next()) known.#add(entries);
      if (breath.overdue()) await breath.take();
      check();
    }
    known.#index();
    return known;
  }

  /** Whether rows of these columns can be told. */
  have(columns: readonly string[]): boolean {
    return columns.length === this.#columns.length && columns.every((name, i) => name === this.#columns[i]);
  }

  /**
   * Whether the row is there as it was, and is the first of its key. To be asked for every row, in order.
   * @param keys has just read the row's key @param hash of the row's values, as bytes
   */
  take(keys: KeyWriter, hash: Buffer): boolean {
    if (keys.hash >= this.#bound) return false;
    const range = keys.hash >>> this.#shift;
    const start = this.#starts[range]!;
    const end = this.#starts[range + 1]!;
    if (start === end) return false;
    const words = this.#words;
    const print = this.#print.ofRow(keys, hash);
    const keyHash = keys.hash | 0;
    let sameKey = false;
    for (let i = start, at = start * WORDS; i < end; i++, at += WORDS) {
      if (words[at] !== keyHash) continue;
      sameKey = true;
      if (words[at + 1] !== print[0] || words[at + 2] !== print[1] || words[at + 3] !== print[2]) continue;
      if (this.#states[i] !== State.untouched) return false;
      this.#states[i] = State.unchanged;
      return true;
    }
    if (sameKey) this.#touch(start, end, keyHash);
    return false;
  }

  /** Whether the row of an entry was found unchanged. @param entry its place in the snapshot, from 0 */
  isUnchanged(entry: number): boolean {
    return this.#states[entry] === State.unchanged;
  }

  /** All rows were read: gives back the memory that only `take` needs. */
  end(): void {
    this.#bound = 0;
    this.#words = new Int32Array(0);
    this.#starts = new Uint32Array(0);
  }

  #add(entry: EntryCursor): void {
    if (this.#count === this.#most) return this.#cut(entry.keyHash);
    let at = this.#count++ * WORDS;
    if (at === this.#words.length) {
      // From the first to the last size at once: memory that is not touched costs nothing.
      const larger = new Int32Array(this.#most * WORDS);
      larger.set(this.#words);
      this.#words = larger;
    }
    const print = this.#print.ofEntry(entry);
    this.#words[at++] = entry.keyHash;
    for (let i = 0; i < WORDS - 1; i++) this.#words[at++] = print[i]!;
  }

  get #full(): boolean {
    return this.#bound < HASHES;
  }

  /** No more fit. Keys of one hash are either all known or none of them. */
  #cut(hash: number): void {
    this.#bound = hash;
    while (this.#count > 0 && this.#words[(this.#count - 1) * WORDS] === (hash | 0)) this.#count--;
  }

  /** Makes the directory: ranges of hashes that two to four entries share. */
  #index(): void {
    this.#states = new Uint8Array(this.#count);
    const ideal = Math.floor(Math.log2((4 * this.#bound) / (this.#count + 1)));
    this.#shift = Math.max(0, Math.min(31, ideal));
    const ranges = Math.ceil(this.#bound / 2 ** this.#shift);
    this.#starts = new Uint32Array(ranges + 1).fill(this.#count);
    let range = 0;
    for (let i = 0; i < this.#count; i++) {
      const last = this.#words[i * WORDS]! >>> this.#shift;
      while (range <= last) this.#starts[range++] = i;
    }
  }

  /** A row that differs came first, so that none of that key that comes later is the row that counts. */
  #touch(start: number, end: number, keyHash: number): void {
    for (let i = start; i < end; i++) {
      if (this.#words[i * WORDS] === keyHash && this.#states[i] === State.untouched) this.#states[i] = State.touched;
    }
  }
}

/** Hashes of key, its kinds and the row's hash, which an entry has one after the other. */
class Print {
  readonly #hash = new Int32Array(4);
  #words = new Int32Array(64);
  #bytes = Buffer.from(this.#words.buffer);

  /** @returns words that are good until the next call */
  ofEntry({ bytes, keyAt, printsAt }: EntryCursor): Int32Array {
    this.#room(printsAt - keyAt);
    return this.#hashed(this.#copy(bytes, keyAt, printsAt, 0));
  }

  /** @returns words that are good until the next call */
  ofRow({ values }: KeyWriter, hash: Buffer): Int32Array {
    this.#room(values.length + values.kindsLength + HASH_BYTES);
    let length = this.#copy(values.canonical, 0, values.length, 0);
    length = this.#copy(values.kinds, 0, values.kindsLength, length);
    return this.#hashed(this.#copy(hash, 0, HASH_BYTES, length));
  }

  #copy(from: Buffer, start: number, end: number, at: number): number {
    const to = this.#bytes;
    while (start < end) to[at++] = from[start++]!;
    return at;
  }

  #hashed(length: number): Int32Array {
    for (let at = length; (at & 3) !== 0; at++) this.#bytes[at] = 0;
    murmur128(this.#words, 0, length, this.#hash, 0);
    return this.#hash;
  }

  #room(length: number): void {
    if (length <= this.#bytes.length) return;
    this.#words = new Int32Array(length);
    this.#bytes = Buffer.from(this.#words.buffer);
  }
}

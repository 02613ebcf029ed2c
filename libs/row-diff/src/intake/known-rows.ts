import type { LoopYield } from '../loop-yield.js';
import { Fingerprint } from './fingerprint.js';
import type { Previous } from '../previous.js';
import type { EntryCursor } from '../snapshot/entry-cursor.js';

/** Words of an entry: its key's hash, and its fingerprint of three words. */
export const WORDS = 4;
/** Beside the words a byte of state, and at most a word of the directory for every two entries. */
const ENTRY_BYTES = WORDS * 4 + 1 + 2;
/** Rows that can be looked up together. */
const MOST_AT_ONCE = 256;
const FIRST_CAPACITY = 64 * 1024;
const HASHES = 2 ** 32;

const State = { untouched: 0, unchanged: 1, touched: 2 } as const;

/**
 * The previous snapshot's rows, by 128 bits each, for as many as fit in memory: a row that is known here need
 * not be kept for the join. They are the entries with the lowest hashes of keys, as a snapshot begins with them;
 * rows with hashes beyond are not known. A row reported as unknown only costs time: the join decides.
 */
export class KnownRows {
  readonly #fingerprint = new Fingerprint();
  readonly #columns: readonly string[];
  readonly #most: number;
  #words: Int32Array<ArrayBuffer>;
  /** Of each entry, in the order of the snapshot. */
  #states = new Uint8Array(0);
  /** Entries that are known. */
  count = 0;
  #unchanged = 0;
  /** Bytes of the snapshot that were read. */
  readBytes = 0;
  /** Rows whose key's hash is not below this are not known. */
  #bound = HASHES;
  /** The first entry of each range of hashes, which differ in their last `shift` bits. */
  #starts = new Uint32Array(0);
  #shift = 31;
  /** Of each looked-up row, the start of its hash's range. */
  readonly #ranges = new Uint32Array(MOST_AT_ONCE);
  readonly #others = new Uint8Array(MOST_AT_ONCE);
  /** Never read; without it the loads would be optimised away. */
  loaded = 0;

  /** @param memory bytes that it may hold */
  private constructor(columns: readonly string[], memory: number) {
    this.#columns = columns;
    this.#most = Math.floor(memory / ENTRY_BYTES);
    this.#words = new Int32Array(Math.min(this.#most, FIRST_CAPACITY) * WORDS);
  }

  /** Reads entries of a snapshot, as many as fit. @param check is called now and then, and throws to end it */
  static async of(previous: Previous, memory: number, loopYield: LoopYield, check: () => void): Promise<KnownRows> {
    const { header, entries } = previous;
    const known = new KnownRows(header.columns, memory);
    while (!known.#full) {
      await previous.nextFrame();
      if (!entries.here) break;
      for (; entries.here && !known.#full; entries.next()) known.#add(entries);
      if (loopYield.overdue()) await loopYield.take();
      check();
    }
    known.readBytes = previous.bytes;
    known.#index();
    return known;
  }

  /** Whether every row of the snapshot was found unchanged. */
  get allUnchanged(): boolean {
    return !this.#full && this.#unchanged === this.count;
  }

  /** Whether rows of these columns can be looked up. */
  have(columns: readonly string[]): boolean {
    return columns.length === this.#columns.length && columns.every((name, i) => name === this.#columns[i]);
  }

  /**
   * Finds unchanged rows, each the first of its key. Must be called for all rows, in order.
   * @param rows as entries are; @param count of them, at most 256
   * @returns the indexes of the other rows, valid until the next call
   */
  others(rows: Int32Array, count: number): Uint8Array {
    this.#load(rows, count);
    let others = 0;
    for (let i = 0; i < count; i++) if (!this.#take(rows, i * WORDS, this.#ranges[i]!)) this.#others[others++] = i;
    return this.#others.subarray(0, others);
  }

  /**
   * Loads the memory to be read, without depending on it: so the processor waits for several addresses at once,
   * most of which are in none of its caches.
   */
  #load(rows: Int32Array, count: number): void {
    const last = this.#starts.length - 1;
    for (let i = 0; i < count; i++) this.#ranges[i] = this.#starts[Math.min(rows[i * WORDS]! >>> this.#shift, last)]!;
    let loaded = 0;
    for (let i = 0; i < count; i++) {
      const first = this.#ranges[i]!;
      loaded ^= this.#words[first * WORDS]! ^ this.#words[(first + 2) * WORDS]! ^ this.#states[first]!;
    }
    this.loaded = loaded;
  }

  /** @param at of the row @param first entry of the range of its hash */
  #take(rows: Int32Array, at: number, first: number): boolean {
    const hash = rows[at]!;
    if (hash >>> 0 >= this.#bound) return false;
    const words = this.#words;
    const end = this.#starts[(hash >>> this.#shift) + 1]!;
    let sameKey = false;
    for (let i = first, entry = first * WORDS; i < end; i++, entry += WORDS) {
      if (words[entry] !== hash) continue;
      sameKey = true;
      if (words[entry + 1] !== rows[at + 1]) continue;
      if (words[entry + 2] !== rows[at + 2] || words[entry + 3] !== rows[at + 3]) continue;
      if (this.#states[i] !== State.untouched) return false;
      this.#states[i] = State.unchanged;
      this.#unchanged++;
      return true;
    }
    if (sameKey) this.#touch(first, end, hash);
    return false;
  }

  /** Whether the row of an entry was found unchanged. @param entry its index in the snapshot, from 0 */
  isUnchanged(entry: number): boolean {
    return this.#states[entry] === State.unchanged;
  }

  /** No more rows will be taken: frees the memory that only `take` needs. */
  end(): void {
    this.#bound = 0;
    // At once: garbage collection may keep so large a block for long.
    this.#words.buffer.transfer(0);
    this.#starts = new Uint32Array(0);
  }

  #add(entry: EntryCursor): void {
    if (this.count === this.#most) return this.#cut(entry.keyHash);
    let at = this.count++ * WORDS;
    if (at === this.#words.length) {
      // From the first to the last size at once: untouched memory costs nothing.
      const larger = new Int32Array(this.#most * WORDS);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#fingerprint.ofEntry(entry);
    this.#words[at++] = entry.keyHash;
    for (let i = 0; i < WORDS - 1; i++) this.#words[at++] = this.#fingerprint.words[i]!;
  }

  get #full(): boolean {
    return this.#bound < HASHES;
  }

  /** No more fit. Keys of one hash are either all known or none of them. */
  #cut(hash: number): void {
    this.#bound = hash;
    while (this.count > 0 && this.#words[(this.count - 1) * WORDS] === (hash | 0)) this.count--;
  }

  /** Makes the directory: ranges of hashes that two to four entries share. */
  #index(): void {
    // One more, because lookups of a hash beyond the last entry load it too.
    this.#states = new Uint8Array(this.count + 1);
    const ideal = Math.floor(Math.log2((4 * this.#bound) / (this.count + 1)));
    this.#shift = Math.max(0, Math.min(31, ideal));
    const ranges = Math.ceil(this.#bound / 2 ** this.#shift);
    this.#starts = new Uint32Array(ranges + 1).fill(this.count);
    let range = 0;
    for (let i = 0; i < this.count; i++) {
      const last = this.#words[i * WORDS]! >>> this.#shift;
      while (range <= last) this.#starts[range++] = i;
    }
  }

  /** A differing row came first, so that no later row of that key counts. */
  #touch(start: number, end: number, keyHash: number): void {
    for (let i = start; i < end; i++) {
      if (this.#words[i * WORDS] === keyHash && this.#states[i] === State.untouched) this.#states[i] = State.touched;
    }
  }
}

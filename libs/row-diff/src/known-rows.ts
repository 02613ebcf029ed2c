import type { Breath } from './breath.js';
import { Fingerprint } from './fingerprint.js';
import type { Previous } from './previous.js';
import type { EntryCursor } from './snapshot/entry-cursor.js';
import type { Chunk } from './spill/chunk.js';

/** Words of a fingerprint. */
export const FINGERPRINT = 3;
/** Words of an entry: its key's hash, and its fingerprint. */
const WORDS = 1 + FINGERPRINT;
/** Beside the words a byte of state, and at most a word of the directory for every two entries. */
const ENTRY_BYTES = WORDS * 4 + 1 + 2;
/** Such that the records, and what is known about them, are in the processor's caches. */
const AT_ONCE = 128 * 1024;
const FIRST_CAPACITY = 64 * 1024;
const HASHES = 2 ** 32;

const State = { untouched: 0, unchanged: 1, touched: 2 } as const;

/**
 * What the previous snapshot's rows were, by 128 bits each, for as many as fit in memory: a row that is known here need
 * not be put aside for the join. They are the entries with the lowest hashes of keys, as a snapshot begins with them;
 * rows with hashes beyond are not known. A row that is told as unknown only costs time: the join decides.
 */
export class KnownRows {
  readonly #fingerprint = new Fingerprint();
  readonly #columns: readonly string[];
  readonly #most: number;
  /** Bytes of records that are best brought here together. */
  readonly atOnce: number;
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
  // Of the records at hand: first word, where the range of their hash begins.
  #records = new Uint32Array(0);
  #ranges = new Uint32Array(0);
  /** Nobody reads it, but what is never used would not be loaded. */
  loaded = 0;

  /** @param memory bytes that it may hold */
  private constructor(columns: readonly string[], memory: number) {
    this.#columns = columns;
    this.atOnce = Math.min(AT_ONCE, memory >>> 3) & ~7;
    this.#most = Math.floor(memory / ENTRY_BYTES);
    this.#words = new Int32Array(Math.min(this.#most, FIRST_CAPACITY) * WORDS);
  }

  /** Reads entries of a snapshot, as many as fit. @param check is asked now and then, and throws to end it */
  static async of(previous: Previous, memory: number, breath: Breath, check: () => void): Promise<KnownRows> {
    const { header, entries } = previous;
    const known = new KnownRows(header.columns, memory);
    while (!known.#full) {
      await previous.nextFrame();
      if (!entries.here) break;
      for (; entries.here && !known.#full; entries.next()) known.#add(entries);
      if (breath.overdue()) await breath.take();
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

  /** Whether rows of these columns can be told. */
  have(columns: readonly string[]): boolean {
    return columns.length === this.#columns.length && columns.every((name, i) => name === this.#columns[i]);
  }

  /**
   * Finds the rows that are there as they were, each the first of its key. All records are to be brought here, in order.
   * @param fingerprints of the records @returns the first words of the other records, good until the next call
   */
  others(chunk: Chunk, fingerprints: Int32Array): Uint32Array {
    const { count } = chunk;
    if (this.#records.length < count) {
      this.#records = new Uint32Array(count);
      this.#ranges = new Uint32Array(count);
    }
    this.#prepare(chunk);
    let others = 0;
    // A record is no longer needed once its place in the list is.
    for (let i = 0; i < count; i++) {
      const record = this.#records[i]!;
      const hash = chunk.words[record + 1]!;
      if (!this.#take(hash, this.#ranges[i]!, fingerprints, i * FINGERPRINT)) this.#records[others++] = record;
    }
    return this.#records.subarray(0, others);
  }

  /**
   * Loads what will be looked at, without depending on it: so the processor waits for several places in memory at once,
   * most of which are in none of its caches.
   */
  #prepare({ words, count }: Chunk): void {
    for (let i = 0; i < count; i++) {
      const entry = words.length - 2 * (i + 1);
      this.#ranges[i] = this.#starts[Math.min(words[entry]! >>> this.#shift, this.#starts.length - 1)]!;
      this.#records[i] = words[entry + 1]!;
    }
    let loaded = 0;
    for (let i = 0; i < count; i++) {
      const first = this.#ranges[i]!;
      loaded ^= this.#words[first * WORDS]! ^ this.#words[(first + 2) * WORDS]! ^ this.#states[first]!;
    }
    this.loaded = loaded;
  }

  /** @param first entry of the range of the hash @param at of the fingerprint */
  #take(hash: number, first: number, fingerprints: Int32Array, at: number): boolean {
    if (hash >>> 0 >= this.#bound) return false;
    const words = this.#words;
    const end = this.#starts[(hash >>> this.#shift) + 1]!;
    let sameKey = false;
    for (let i = first, entry = first * WORDS; i < end; i++, entry += WORDS) {
      if (words[entry] !== hash) continue;
      sameKey = true;
      if (words[entry + 1] !== fingerprints[at]) continue;
      if (words[entry + 2] !== fingerprints[at + 1] || words[entry + 3] !== fingerprints[at + 2]) continue;
      if (this.#states[i] !== State.untouched) return false;
      this.#states[i] = State.unchanged;
      this.#unchanged++;
      return true;
    }
    if (sameKey) this.#touch(first, end, hash);
    return false;
  }

  /** Whether the row of an entry was found unchanged. @param entry its place in the snapshot, from 0 */
  isUnchanged(entry: number): boolean {
    return this.#states[entry] === State.unchanged;
  }

  /** No rows are to be taken any more: gives back the memory that only `take` needs. */
  end(): void {
    this.#bound = 0;
    // At once: collected as garbage, so large a block may stay for long.
    this.#words.buffer.transfer(0);
    this.#starts = new Uint32Array(0);
  }

  #add(entry: EntryCursor): void {
    if (this.count === this.#most) return this.#cut(entry.keyHash);
    let at = this.count++ * WORDS;
    if (at === this.#words.length) {
      // From the first to the last size at once: memory that is not touched costs nothing.
      const larger = new Int32Array(this.#most * WORDS);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#fingerprint.ofEntry(entry);
    this.#words[at++] = entry.keyHash;
    for (let i = 0; i < FINGERPRINT; i++) this.#words[at++] = this.#fingerprint.words[i]!;
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
    // One more, as what is loaded for a hash beyond the last entry is there too.
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

  /** A row that differs came first, so that none of that key that comes later is the row that counts. */
  #touch(start: number, end: number, keyHash: number): void {
    for (let i = start; i < end; i++) {
      if (this.#words[i * WORDS] === keyHash && this.#states[i] === State.untouched) this.#states[i] = State.touched;
    }
  }
}

import type { Breath } from './breath.js';
import { murmur128 } from './hash.js';
import type { Previous } from './previous.js';
import type { EntryCursor } from './snapshot/entry-cursor.js';
import { HASH_BYTES } from './snapshot/format.js';
import type { Chunk } from './spill/chunk.js';
import { keyLengthAt, kindsLengthAt, payloadAt, RECORD_HEADER } from './spill/record.js';
import { HASH_AT } from './row-record.js';

/** Words of an entry: its key's hash, and three of the hash of key and row together. */
const PRINT = 3;
const WORDS = 1 + PRINT;
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
  readonly #print = new Print();
  readonly #columns: readonly string[];
  readonly #most: number;
  /** Bytes of records that are best brought here together. */
  readonly atOnce: number;
  #words: Int32Array<ArrayBuffer>;
  /** Of each entry, in the order of the snapshot. */
  #states = new Uint8Array(0);
  #count = 0;
  /** Rows whose key's hash is not below this are not known. */
  #bound = HASHES;
  /** The first entry of each range of hashes, which differ in their last `shift` bits. */
  #starts = new Uint32Array(0);
  #shift = 31;
  // Of the records at hand: first word, where the range of their hash begins, print.
  #records = new Uint32Array(0);
  #ranges = new Uint32Array(0);
  #prints = new Int32Array(0);
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
    known.#index();
    return known;
  }

  /** Whether rows of these columns can be told. */
  have(columns: readonly string[]): boolean {
    return columns.length === this.#columns.length && columns.every((name, i) => name === this.#columns[i]);
  }

  /**
   * Finds the rows that are there as they were, each the first of its key. All records are to be brought here, in order.
   * @returns the first words of the other records, good until the next call
   */
  others(chunk: Chunk): Uint32Array {
    const { count } = chunk;
    if (this.#records.length < count) {
      this.#records = new Uint32Array(count);
      this.#ranges = new Uint32Array(count);
      this.#prints = new Int32Array(count * PRINT);
    }
    this.#prepare(chunk);
    let others = 0;
    // A record is no longer needed once its place in the list is.
    for (let i = 0; i < count; i++) {
      const record = this.#records[i]!;
      if (!this.#take(chunk.words[record + 1]!, this.#ranges[i]!, i * PRINT)) this.#records[others++] = record;
    }
    return this.#records.subarray(0, others);
  }

  /**
   * Loads what will be looked at, without depending on it: so the processor waits for several places in memory at once,
   * most of which are in none of its caches.
   */
  #prepare({ bytes, words, count }: Chunk): void {
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
    for (let i = 0; i < count; i++) {
      const print = this.#print.ofRecord(bytes, words, this.#records[i]!);
      for (let word = 0; word < PRINT; word++) this.#prints[i * PRINT + word] = print[word]!;
    }
  }

  /** @param first entry of the range of the hash @param printAt its place in #prints */
  #take(hash: number, first: number, printAt: number): boolean {
    if (hash >>> 0 >= this.#bound) return false;
    const words = this.#words;
    const prints = this.#prints;
    const end = this.#starts[(hash >>> this.#shift) + 1]!;
    let sameKey = false;
    for (let i = first, at = first * WORDS; i < end; i++, at += WORDS) {
      if (words[at] !== hash) continue;
      sameKey = true;
      if (words[at + 1] !== prints[printAt]) continue;
      if (words[at + 2] !== prints[printAt + 1] || words[at + 3] !== prints[printAt + 2]) continue;
      if (this.#states[i] !== State.untouched) return false;
      this.#states[i] = State.unchanged;
      return true;
    }
    if (sameKey) this.#touch(first, end, hash);
    return false;
  }

  /** Whether the row of an entry was found unchanged. @param entry its place in the snapshot, from 0 */
  isUnchanged(entry: number): boolean {
    return this.#states[entry] === State.unchanged;
  }

  /** All rows were read: gives back the memory that only `take` needs. */
  end(): void {
    this.#bound = 0;
    // At once: collected as garbage, so large a block may stay for long.
    this.#words.buffer.transfer(0);
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
    for (let i = 0; i < PRINT; i++) this.#words[at++] = print[i]!;
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
    // One more, as what is loaded for a hash beyond the last entry is there too.
    this.#states = new Uint8Array(this.#count + 1);
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
  ofRecord(bytes: Buffer, words: Int32Array, record: number): Int32Array {
    const key = keyLengthAt(words, record) + kindsLengthAt(words, record);
    const keyAt = record * 4 + RECORD_HEADER;
    const hashAt = payloadAt(words, record) + HASH_AT;
    this.#room(key + HASH_BYTES);
    return this.#hashed(this.#copy(bytes, hashAt, hashAt + HASH_BYTES, this.#copy(bytes, keyAt, keyAt + key, 0)));
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

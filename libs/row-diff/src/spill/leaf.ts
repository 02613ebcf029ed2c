import type { Section } from './chunk.js';
import { compareBytes, keyLengthAt, RECORD_HEADER } from './record.js';

/** Records that are in memory together, in the order of their keys' hashes, then keys, then row numbers. */
export class Leaf {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  /** The first word of each record, and the hash of its key. */
  readonly order: Uint32Array;
  readonly hashes: Uint32Array;

  /** When given, the records repeat keys of an earlier leaf, but for those with these row numbers, which were in it. */
  readonly firsts: ReadonlySet<number> | undefined;

  constructor(bytes: Buffer, words: Int32Array, sections: readonly Section[], firsts?: ReadonlySet<number>) {
    this.bytes = bytes;
    this.words = words;
    this.firsts = firsts;
    const count = sections.reduce((sum, section) => sum + section.count, 0);
    const records = new Uint32Array(count);
    const hashes = new Uint32Array(count);
    let i = 0;
    for (const { start, end, count: left } of sections) {
      for (let entry = end - 2; entry >= end - 2 * left; entry -= 2, i++) {
        hashes[i] = words[entry]!;
        records[i] = start + words[entry + 1]!;
      }
    }
    [this.order, this.hashes] = byHash(records, hashes);
    byKey(this.order, this.hashes, words, bytes);
  }
}

/** A stable radix sort by the 32 bits of the hash, 11 at a time. */
function byHash(records: Uint32Array, hashes: Uint32Array): [Uint32Array, Uint32Array] {
  let from = records;
  let fromHashes = hashes;
  let to: Uint32Array = new Uint32Array(records.length);
  let toHashes: Uint32Array = new Uint32Array(records.length);
  const places = new Uint32Array(2048);
  for (let shift = 0; shift < 32; shift += 11) {
    places.fill(0);
    for (let i = 0; i < fromHashes.length; i++) places[(fromHashes[i]! >>> shift) & 2047]!++;
    for (let i = 0, sum = 0; i < 2048; i++) {
      const next = sum + places[i]!;
      places[i] = sum;
      sum = next;
    }
    for (let i = 0; i < from.length; i++) {
      const place = places[(fromHashes[i]! >>> shift) & 2047]!++;
      to[place] = from[i]!;
      toHashes[place] = fromHashes[i]!;
    }
    [from, to, fromHashes, toHashes] = [to, from, toHashes, fromHashes];
  }
  return [from, fromHashes];
}

/** Puts records of the same hash in the order of their keys: rare, but for rows with the same key. */
function byKey(order: Uint32Array, hashes: Uint32Array, words: Int32Array, bytes: Buffer): void {
  const compare = (a: number, b: number): number =>
    compareBytes(
      bytes,
      a * 4 + RECORD_HEADER,
      keyLengthAt(words, a),
      bytes,
      b * 4 + RECORD_HEADER,
      keyLengthAt(words, b),
    ) || words[a + 2]! - words[b + 2]!;
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && hashes[end] === hashes[start]) end++;
    if (end > start + 1) order.subarray(start, end).sort(compare);
    start = end;
  }
}

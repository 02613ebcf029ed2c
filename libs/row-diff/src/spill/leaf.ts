import { compareBytes, keyLengthAt, RECORD_HEADER } from './record.js';

/** Records that are in memory together, in the order of their keys' hashes, then keys, then row numbers. */
export class Leaf {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  /** The first word of each record. */
  readonly order: Uint32Array;

  /** @param used how many of the bytes are records */
  constructor(bytes: Buffer, used: number) {
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    this.order = sorted(this.words, bytes, used >>> 2);
  }
}

function sorted(words: Int32Array, bytes: Buffer, end: number): Uint32Array {
  let count = 0;
  for (let at = 0; at < end; at += words[at]! >>> 2) count++;
  const records = new Uint32Array(count);
  for (let at = 0, i = 0; at < end; at += words[at]! >>> 2) records[i++] = at;
  const order = byHash(records, words);
  byKey(order, words, bytes);
  return order;
}

/** A stable radix sort by the 32 bits of the hash, 11 at a time. */
function byHash(records: Uint32Array, words: Int32Array): Uint32Array {
  let from: Uint32Array = records;
  let to: Uint32Array = new Uint32Array(records.length);
  const starts = new Uint32Array(2048);
  for (let shift = 0; shift < 32; shift += 11) {
    starts.fill(0);
    for (let i = 0; i < from.length; i++) starts[(words[from[i]! + 1]! >>> shift) & 2047]!++;
    for (let i = 0, sum = 0; i < 2048; i++) {
      const next = sum + starts[i]!;
      starts[i] = sum;
      sum = next;
    }
    for (let i = 0; i < from.length; i++) to[starts[(words[from[i]! + 1]! >>> shift) & 2047]!++] = from[i]!;
    [from, to] = [to, from];
  }
  return from;
}

/** Puts records of the same hash in the order of their keys: rare, but for rows with the same key. */
function byKey(order: Uint32Array, words: Int32Array, bytes: Buffer): void {
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
    const hash = words[order[start]! + 1]!;
    let end = start + 1;
    while (end < order.length && words[order[end]! + 1] === hash) end++;
    if (end > start + 1) order.subarray(start, end).sort(compare);
    start = end;
  }
}

import { hash32 } from '../hash.js';
import { compareBytes } from '../spill/record.js';
import { HASH_BYTES, PRINT_BYTES, type SnapshotHeader } from './format.js';
import { corrupt } from './snapshot-reader.js';

/** Walks over the entries of frames; positions are of bytes in `bytes`. */
export class EntryCursor {
  bytes: Buffer = Buffer.alloc(0);
  /** Whether there is a current entry. */
  here = false;
  start = 0;
  keyAt = 0;
  keyLength = 0;
  kindsLength = 0;
  keyHash = 0;
  hashAt = 0;
  printsAt = 0;
  /** Lengths of the kept row's canonical bytes and kinds, which begin at valuesAt. */
  valuesAt = 0;
  valuesLength = 0;
  valueKindsLength = 0;
  end = 0;
  /** Entries seen so far. */
  count = 0;
  readonly #prints: number;
  readonly #values: boolean;
  #lastHash = -1;
  #lastKey = Buffer.alloc(0);

  constructor(header: SnapshotHeader) {
    this.#prints = header.columns.length * PRINT_BYTES;
    this.#values = header.values;
  }

  /** Goes to the first entry of a frame. @throws SnapshotUnusable */
  open(frame: Buffer): void {
    this.bytes = frame;
    this.end = 0;
    this.next();
  }

  /** @throws SnapshotUnusable when the entry is invalid, or not in order: then keys were hashed differently */
  next(): void {
    const before = this.here ? this.keyAt : -1;
    const beforeLength = this.keyLength;
    const at = this.end;
    this.here = at < this.bytes.length;
    if (!this.here) {
      if (before >= 0) this.#lastKey = Buffer.from(this.bytes.subarray(before, before + beforeLength));
      return;
    }
    this.#parse(at);
    this.count++;
    if (this.keyHash > this.#lastHash) {
      this.#lastHash = this.keyHash;
      return;
    }
    const [last, lastAt, lastLength] =
      before >= 0 ? [this.bytes, before, beforeLength] : [this.#lastKey, 0, this.#lastKey.length];
    if (
      this.keyHash < this.#lastHash ||
      compareBytes(last, lastAt, lastLength, this.bytes, this.keyAt, this.keyLength) >= 0
    ) {
      throw corrupt('its entries are not in order');
    }
  }

  #parse(at: number): void {
    const bytes = this.bytes;
    this.start = at;
    let byte = bytes[at++]!;
    this.keyLength = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) this.keyLength |= ((byte = bytes[at++]!) & 127) << shift;
    byte = bytes[at++]!;
    this.kindsLength = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) this.kindsLength |= ((byte = bytes[at++]!) & 127) << shift;
    this.keyAt = at;
    this.hashAt = at + this.keyLength + this.kindsLength;
    this.printsAt = this.hashAt + HASH_BYTES;
    this.end = this.printsAt + this.#prints;
    if (this.#values && this.end + 8 <= bytes.length) {
      this.valuesLength = bytes.readUInt32LE(this.end);
      this.valueKindsLength = bytes.readUInt32LE(this.end + 4);
      this.valuesAt = this.end + 8;
      this.end = this.valuesAt + this.valuesLength + this.valueKindsLength;
    } else if (this.#values) {
      this.end += 8;
    }
    if (this.end > bytes.length) throw corrupt('an entry is truncated');
    this.keyHash = hash32(bytes, this.keyAt, this.keyAt + this.keyLength);
  }
}

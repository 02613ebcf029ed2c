import { HASH_BYTES, PRINT_BYTES, type SnapshotHeader } from './format.js';

/** Builds entries, one at a time: `bytes` up to `length` is the entry. */
export class EntryBuilder {
  bytes = Buffer.allocUnsafeSlow(1024);
  length = 0;
  readonly #prints: number;

  constructor(header: SnapshotHeader) {
    this.#prints = header.columns.length * PRINT_BYTES;
  }

  /**
   * Begins an entry with a key's canonical bytes and kinds, one after the other from `at` on.
   * @param values bytes of the row's values that will follow
   * @returns the position of the row's hash; its prints follow it
   */
  begin(source: Buffer, at: number, keyLength: number, kindsLength: number, values: number): number {
    const needed = 10 + keyLength + kindsLength + HASH_BYTES + this.#prints + 8 + values;
    if (needed > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(needed * 2);
    this.length = 0;
    this.#leb(keyLength);
    this.#leb(kindsLength);
    const { bytes, length } = this;
    const keyBytes = keyLength + kindsLength;
    for (let i = 0; i < keyBytes; i++) bytes[length + i] = source[at + i]!;
    const hashAt = length + keyBytes;
    this.length = hashAt + HASH_BYTES + this.#prints;
    return hashAt;
  }

  /** Ends an entry of a snapshot that keeps rows: canonical bytes and kinds, one after the other from `at` on. */
  values(source: Buffer, at: number, canonicalLength: number, kindsLength: number): void {
    this.bytes.writeUInt32LE(canonicalLength, this.length);
    this.bytes.writeUInt32LE(kindsLength, this.length + 4);
    this.length += 8 + source.copy(this.bytes, this.length + 8, at, at + canonicalLength + kindsLength);
  }

  #leb(number: number): void {
    for (; number > 127; number >>>= 7) this.bytes[this.length++] = (number & 127) | 128;
    this.bytes[this.length++] = number;
  }
}

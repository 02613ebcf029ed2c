import { murmur128 } from './hash.js';
import type { KeyWriter } from './key-writer.js';
import type { Row } from './row.js';
import { HASH_BYTES } from './snapshot/format.js';
import { align } from './spill/record.js';
import type { RecordPlace } from './spill/record-sorter.js';
import { ValueWriter } from './values/value-writer.js';

/** A row's payload in its record: words of canonical length and kinds' length, the hash, canonical bytes, kinds. */
export const HASH_AT = 8;
export const ROW_HEADER = HASH_AT + HASH_BYTES;

/** Writes rows as records. */
export class RowRecorder {
  readonly #columns: readonly string[];
  readonly #keys: KeyWriter;
  readonly #place: RecordPlace;
  readonly #values = new ValueWriter();
  readonly #hash = new Int32Array(4);

  /** @param columns in order of names */
  constructor(columns: readonly string[], keys: KeyWriter, place: RecordPlace) {
    this.#columns = columns;
    this.#keys = keys;
    this.#place = place;
  }

  /**
   * Takes the row whose key `keys` has just read.
   * @returns undefined, or a promise to wait for before the next row
   * @throws TypeError when a value cannot be compared
   */
  add(row: Row, rowNumber: number): Promise<void> | undefined {
    this.canonicalize(row);
    const { length, kindsLength } = this.#values;
    const size = align(this.#keys.recordSize + ROW_HEADER + length + kindsLength);
    const ready = this.#place.place(this.#keys.hash, size);
    if (ready === undefined) this.#write(size, rowNumber);
    else return ready.then(() => this.#write(size, rowNumber));
    return undefined;
  }

  /** Canonical bytes and hash of a row: what comparing costs at the least. */
  canonicalize(row: Row): void {
    const values = this.#values;
    values.clear();
    for (let i = 0; i < this.#columns.length; i++) {
      const name = this.#columns[i]!;
      try {
        values.column(row[name]);
      } catch (error) {
        throw new TypeError(`column "${name}" ${(error as Error).message}`, { cause: error });
      }
    }
    values.pad();
    murmur128(values.words, 0, values.length, this.#hash, 0);
  }

  #write(size: number, rowNumber: number): void {
    const { slot } = this.#place;
    this.#keys.writeRecord(slot, size, rowNumber);
    const { length, kinds, kindsLength, words: from } = this.#values;
    const { words, bytes } = slot;
    let at = slot.at + (this.#keys.recordSize >>> 2);
    words[at++] = length;
    words[at++] = kindsLength;
    for (let i = 0; i < 4; i++) words[at++] = this.#hash[i]!;
    const full = (length + 3) >>> 2;
    // Words, not bytes: four at a time. What is too much in the last word is overwritten by the kinds.
    for (let i = 0; i < full; i++) words[at + i] = from[i]!;
    const target = at * 4 + length;
    for (let i = 0; i < kindsLength; i++) bytes[target + i] = kinds[i]!;
  }
}

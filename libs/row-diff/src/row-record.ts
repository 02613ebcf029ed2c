import type { CanonicalRow } from './canonical-row.js';
import type { KeyWriter } from './key-writer.js';
import { HASH_BYTES } from './snapshot/format.js';
import { align } from './spill/record.js';
import type { RecordPlace } from './spill/record-sorter.js';

/** A row's payload in its record: words of canonical length and kinds' length, the hash, canonical bytes, kinds. */
export const ROW_HEADER = 8 + HASH_BYTES;

/** Writes rows as records. */
export class RowRecorder {
  readonly #keys: KeyWriter;
  readonly #row: CanonicalRow;
  readonly #place: RecordPlace;

  constructor(keys: KeyWriter, row: CanonicalRow, place: RecordPlace) {
    this.#keys = keys;
    this.#row = row;
    this.#place = place;
  }

  /**
   * Takes the row that `keys` and `row` have just read.
   * @returns undefined, or a promise to wait for before the next row
   */
  add(rowNumber: number): Promise<void> | undefined {
    const { length, kindsLength } = this.#row.values;
    const size = align(this.#keys.recordSize + ROW_HEADER + length + kindsLength);
    const ready = this.#place.place(this.#keys.hash, size);
    if (ready === undefined) this.#write(size, rowNumber);
    else return ready.then(() => this.#write(size, rowNumber));
    return undefined;
  }

  #write(size: number, rowNumber: number): void {
    const { slot } = this.#place;
    this.#keys.writeRecord(slot, size, rowNumber);
    const { length, kinds, kindsLength, words: from } = this.#row.values;
    const { words, bytes } = slot;
    let at = slot.at + (this.#keys.recordSize >>> 2);
    words[at++] = length;
    words[at++] = kindsLength;
    for (let i = 0; i < 4; i++) words[at++] = this.#row.hash[i]!;
    const full = (length + 3) >>> 2;
    // Words, not bytes: four at a time. What is too much in the last word is overwritten by the kinds.
    for (let i = 0; i < full; i++) words[at + i] = from[i]!;
    const target = at * 4 + length;
    for (let i = 0; i < kindsLength; i++) bytes[target + i] = kinds[i]!;
  }
}

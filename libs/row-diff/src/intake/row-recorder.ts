import type { CanonicalRow } from './canonical-row.js';
import { HASH_BYTES } from '../snapshot/format.js';
import { align } from '../spill/record.js';
import type { RecordSorter } from '../spill/record-sorter.js';

/** A row's payload in its record: words of canonical length and kinds' length, the hash, canonical bytes, kinds. */
export const ROW_HEADER = 8 + HASH_BYTES;

/** A receiver of rows: each is read into `row`, and then taken. */
export interface RowSink {
  readonly row: CanonicalRow;
  /** @returns undefined, or a promise to wait for before the next row */
  take(): Promise<void> | undefined;
  /** Call it when there are no more rows. */
  end(): Promise<void> | undefined;
}

/** Writes rows as records into a sorter. */
export class RowRecorder implements RowSink {
  readonly row: CanonicalRow;
  readonly #sorter: RecordSorter;

  constructor(row: CanonicalRow, sorter: RecordSorter) {
    this.row = row;
    this.#sorter = sorter;
  }

  take(): Promise<void> | undefined {
    return this.add(this.row);
  }

  end(): undefined {}

  /** @returns undefined, or a promise until which the row must stay as it is */
  add(row: CanonicalRow): Promise<void> | undefined {
    const { key, values } = row;
    const size = align(key.recordSize + ROW_HEADER + values.length + values.kindsLength);
    const ready = this.#sorter.place(key.hash, size);
    if (ready !== undefined) return ready.then(() => this.#write(row, size));
    this.#write(row, size);
    return undefined;
  }

  #write({ key, values, hash, number }: CanonicalRow, size: number): void {
    const { slot } = this.#sorter;
    key.writeRecord(slot, size, number);
    const { length, kinds, kindsLength, words: from } = values;
    const { words, bytes } = slot;
    let at = slot.at + (key.recordSize >>> 2);
    words[at++] = length;
    words[at++] = kindsLength;
    for (let i = 0; i < 4; i++) words[at++] = hash[i]!;
    const full = (length + 3) >>> 2;
    // Words, not bytes: four at a time. The excess of the last word is overwritten by the kinds.
    for (let i = 0; i < full; i++) words[at + i] = from[i]!;
    const target = at * 4 + length;
    for (let i = 0; i < kindsLength; i++) bytes[target + i] = kinds[i]!;
  }
}

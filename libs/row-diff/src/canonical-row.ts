import { murmur128 } from './hash.js';
import type { Row } from './row.js';
import { ValueWriter } from './values/value-writer.js';

/** The compared columns of the row at hand, as bytes, and their hash. */
export class CanonicalRow {
  /** What was read last; its last word is filled with zeros. */
  readonly values = new ValueWriter();
  /** 128 bits of the canonical bytes. */
  readonly hash = new Int32Array(4);
  readonly #columns: readonly string[];

  /** @param columns in order of names */
  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  /** @throws TypeError when a value cannot be compared */
  read(row: Row): void {
    const values = this.values;
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
    murmur128(values.words, 0, values.length, this.hash, 0);
  }
}

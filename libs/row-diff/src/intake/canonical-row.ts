import { murmur128 } from '../hash.js';
import { KeyWriter } from '../key-writer.js';
import type { Row } from '../row.js';
import { ValueWriter } from '../values/value-writer.js';

/** A row as bytes: its key, and the compared columns with their hash. Reads one row after the other. */
export class CanonicalRow {
  readonly key: KeyWriter;
  readonly values = new ValueWriter();
  /** 128 bits of the values' canonical bytes. */
  readonly hash = new Int32Array(4);
  number = 0;
  readonly #columns: readonly string[];

  /** @param key columns as the caller names them @param columns that are compared, in order of names */
  constructor(key: readonly string[], columns: readonly string[]) {
    this.key = new KeyWriter(key);
    this.#columns = columns;
  }

  /** @returns false when a key column is null @throws TypeError when a value cannot be compared */
  read(row: Row, number: number): boolean {
    this.number = number;
    if (!this.key.row(row)) return false;
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
    return true;
  }
}

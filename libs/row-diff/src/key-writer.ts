import { hash32 } from './hash.js';
import type { Key, Row, Value } from './row.js';
import { align, MAX_KEY, RECORD_HEADER } from './spill/record.js';
import type { Slot } from './spill/chunk.js';
import type { ValueReader } from './values/value-reader.js';
import { ValueWriter } from './values/value-writer.js';

/** Turns keys into bytes: the values of the key columns, in order of the columns' names. */
export class KeyWriter {
  /** Key columns as the caller names them. */
  readonly columns: readonly string[];
  hash = 0;
  /** Bytes of a record with only the key; a payload begins there. */
  recordSize = 0;
  /** The last written value: canonical bytes, and then their kinds, `length` bytes in all. */
  bytes: Buffer = Buffer.alloc(0);
  length = 0;
  readonly #values = new ValueWriter();
  /** For each index in order of names, the index in the caller's order. */
  readonly #order: readonly number[];

  constructor(columns: readonly string[]) {
    this.columns = columns;
    this.#order = [...columns.keys()].sort((a, b) => (columns[a]! < columns[b]! ? -1 : 1));
  }

  /** @returns false when a key column is null @throws TypeError */
  row(row: Row): boolean {
    this.#values.clear();
    for (const place of this.#order) {
      const value = row[this.columns[place]!];
      if (value === null || value === undefined) return false;
      this.#write(value, place);
    }
    this.#finish();
    return true;
  }

  /** @throws TypeError when it is not a key of these columns */
  key(key: Key): void {
    if (!Array.isArray(key) || key.length !== this.columns.length) {
      throw new TypeError(`a key must be an array of ${this.columns.length}: ${this.columns.join(', ')}`);
    }
    this.#values.clear();
    for (const place of this.#order) {
      if (key[place] == null) throw new TypeError(`a key must not be null: ${this.columns[place]}`);
      this.#write(key[place], place);
    }
    this.#finish();
  }

  /** Writes header and key of a record. @param size of the whole record, a multiple of 4 */
  writeRecord({ words, bytes, at }: Slot, size: number, number: number): void {
    words[at] = size;
    words[at + 1] = this.hash;
    words[at + 2] = number;
    words[at + 3] = (this.#values.length << 16) | this.#values.kindsLength;
    const target = at * 4 + RECORD_HEADER;
    for (let i = 0; i < this.length; i++) bytes[target + i] = this.bytes[i]!;
  }

  /** @param reader opened at a key @returns its values in the caller's order */
  read(reader: ValueReader): Key {
    const key: Value[] = this.#order.length === 1 ? [undefined] : this.columns.map(() => undefined);
    for (let i = 0; i < key.length; i++) key[this.#order[i]!] = reader.value();
    return key;
  }

  #write(value: Value, place: number): void {
    try {
      this.#values.column(value);
    } catch (error) {
      throw new TypeError(`column "${this.columns[place]}" ${(error as Error).message}`, { cause: error });
    }
  }

  #finish(): void {
    const { length, kindsLength } = this.#values;
    if (length > MAX_KEY || kindsLength > MAX_KEY) throw new TypeError(`the key is longer than ${MAX_KEY} bytes`);
    this.bytes = this.#values.withKinds();
    this.length = length + kindsLength;
    this.hash = hash32(this.bytes, 0, length);
    this.recordSize = align(RECORD_HEADER + this.length);
  }
}

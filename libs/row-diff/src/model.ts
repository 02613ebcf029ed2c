import { hash32, murmur128 } from './hash.js';
import type { Key, Row, Value } from './row.js';
import { PRINT_BYTES, UNKNOWN_PRINT, type SnapshotHeader } from './snapshot/format.js';
import { setMember, skipValue, type ValueReader } from './values/value-reader.js';

/** The columns of rows: key and compared columns, in order of names as in a snapshot, and as in rows. */
export class Model {
  readonly header: SnapshotHeader;
  /** Names of a returned row's columns, and the index of each among the values of key and columns. */
  readonly #names: readonly string[];
  readonly #places: readonly number[];
  readonly #values: Value[];

  /** @param names all columns of a row in the order of returned rows; those of the key are among them */
  constructor(key: readonly string[], names: readonly string[], values: boolean) {
    const sortedKey = [...key].sort();
    const columns = names.filter((name) => !key.includes(name)).sort();
    this.header = { key: sortedKey, columns, values };
    const all = [...key, ...columns];
    this.#names = names;
    this.#places = names.map((name) => all.indexOf(name));
    this.#values = all.map(() => undefined);
  }

  /** @param key in the caller's order @param reader opened at the row's values */
  row(key: Key, reader: ValueReader): Row {
    const values = this.#values;
    for (let i = 0; i < key.length; i++) values[i] = key[i];
    for (let i = key.length; i < values.length; i++) values[i] = reader.value();
    const row: Record<string, Value> = {};
    for (let i = 0; i < this.#names.length; i++) {
      const value = values[this.#places[i]!];
      if (value !== undefined) setMember(row, this.#names[i]!, value);
    }
    return row;
  }
}

/** Writes a print for each of the row's columns. @param at where the row's canonical bytes begin */
export function writePrints(bytes: Buffer, at: number, columns: number, out: Buffer, outAt: number): void {
  for (let i = 0; i < columns; i++) {
    const end = skipValue(bytes, at);
    const hash = hash32(bytes, at, end) & 0xff_ffff;
    const print = hash === UNKNOWN_PRINT ? 1 : hash;
    out[outAt++] = print;
    out[outAt++] = print >>> 8;
    out[outAt++] = print >>> 16;
    at = end;
  }
}

export function samePrint(a: Buffer, aAt: number, b: Buffer, bAt: number): boolean {
  return a[aAt] === b[bAt] && a[aAt + 1] === b[bAt + 1] && a[aAt + 2] === b[bAt + 2];
}

/** Columns that the model gained and lost since the snapshot. */
export interface SchemaChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Maps the columns of the model to the snapshot's. */
export class ColumnMap {
  /** For each column of the model, its index in the snapshot; -1 when it is new. */
  readonly places: readonly number[];
  readonly change: SchemaChange | undefined;
  #words = new Int32Array(256);

  constructor(model: SnapshotHeader, snapshot: SnapshotHeader) {
    this.places = model.columns.map((name) => snapshot.columns.indexOf(name));
    const added = model.columns.filter((name) => !snapshot.columns.includes(name));
    const removed = snapshot.columns.filter((name) => !model.columns.includes(name));
    this.change = added.length + removed.length > 0 ? { added, removed } : undefined;
  }

  /** The hash of a row without the new columns. */
  hashWithoutAdded(bytes: Buffer, at: number, length: number, out: Int32Array): void {
    if (this.#words.length * 4 < length + 4) this.#words = new Int32Array((length >>> 1) + 1);
    const target = Buffer.from(this.#words.buffer);
    let used = 0;
    for (const place of this.places) {
      const end = skipValue(bytes, at);
      if (place >= 0) used += bytes.copy(target, used, at, end);
      at = end;
    }
    target.fill(0, used, (used + 3) & ~3);
    murmur128(this.#words, 0, used, out, 0);
  }

  /** A snapshot's prints, in the order of the model's columns. */
  convertPrints(bytes: Buffer, at: number, out: Buffer, outAt: number): void {
    for (const place of this.places) {
      for (let i = 0; i < PRINT_BYTES; i++)
        out[outAt++] = place < 0 ? UNKNOWN_PRINT : bytes[at + place * PRINT_BYTES + i]!;
    }
  }
}

import { Terminal } from '@tidemark/resilience';
import type { RowResult, WriteBatch, WriteRow } from '@tidemark/connector-sdk';
import { encoderOf, type Encoder } from './encode.js';
import { InvalidValue } from './invalid-value.js';
import { tableName, type Column, type Table } from './table.js';

/** A row, ready to be sent: its position in the batch, and its values by the unit's columns. */
export interface EncodedRow {
  readonly at: number;
  readonly values: readonly (string | null)[];
  /** The row with the same key before it, which must not be tried again after it. */
  readonly before?: EncodedRow;
}

/** Rows that one statement can write: with the same columns, and distinct keys. */
export interface Unit {
  readonly action: 'append' | 'upsert' | 'update' | 'delete';
  readonly columns: readonly Column[];
  /** How many of the columns, the first ones, are the key. */
  readonly keys: number;
  readonly rows: EncodedRow[];
}

export interface BatchPlan {
  /** In the order in which they must be written. */
  readonly units: readonly Unit[];
  /** Rows refused before anything is sent, by position. */
  readonly failed: ReadonlyMap<number, RowResult>;
}

/** @throws Terminal when the batch does not fit the table: nothing has been written then */
export function planBatch(batch: WriteBatch, table: Table): BatchPlan {
  checkFit(batch, table);
  const planner = new Planner(batch, table);
  batch.rows.forEach((row, at) => planner.add(row, at));
  return planner.plan();
}

function checkFit({ mode, key, rows }: WriteBatch, table: Table): void {
  const name = `table ${table.schema}.${table.name}`;
  const refused = (code: string, message: string, field?: string) => new Terminal(code, `${name} ${message}`, field === undefined ? {} : { field }); // prettier-ignore
  const known = new Set(table.columns.map((column) => column.name));
  if (table.kind === 'm') throw refused('DESTINATION_REQUEST_INVALID', 'is a materialized view and cannot be written');
  const unknown = Object.keys(rows[0]?.data ?? {}).find(
    (field) => !known.has(field) && rows.every(({ data }) => Object.hasOwn(data, field)),
  );
  const lacking = key.find((field) => !known.has(field)) ?? unknown;
  if (lacking !== undefined) throw refused('UNKNOWN_COLUMN', `has no column ${lacking}; it has ${[...known].join(', ')}`, lacking); // prettier-ignore
  if (mode === 'append') return;
  if (key.length === 0) throw refused('DESTINATION_REQUEST_INVALID', `cannot be written in mode ${mode} without a key`);
  const wanted = [...key].sort().join('\0');
  const unique = table.uniques.some(({ columns }) => [...columns].sort().join('\0') === wanted);
  if (mode !== 'update' && !unique)
    throw refused('DESTINATION_REQUEST_INVALID', `has no unique index on exactly ${key.join(', ')}, which mode ${mode} needs`, key[0]); // prettier-ignore
}

class Planner {
  readonly #units = new Map<string, { readonly wave: number; readonly unit: Unit }>();
  readonly #failed = new Map<number, RowResult>();
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #encoders: ReadonlyMap<Column, Encoder>;
  readonly #key: readonly Column[];
  /** The last row of each key, and its wave. */
  readonly #seen = new Map<string, { readonly row: EncodedRow; readonly wave: number }>();

  constructor(
    private readonly batch: WriteBatch,
    private readonly table: Table,
  ) {
    this.#columns = new Map(table.columns.map((column) => [column.name, column]));
    this.#encoders = new Map(table.columns.map((column) => [column, encoderOf(column, table.composites)]));
    this.#key = batch.mode === 'append' ? [] : batch.key.map((name) => this.#columns.get(name)!);
  }

  add({ action, data }: WriteRow, at: number): void {
    const deletes = action === 'delete';
    if (deletes && this.batch.mode !== 'mirror')
      return this.#fail(at, 'DELETE_REFUSED', `rows are deleted in mode mirror only, not in mode ${this.batch.mode}`);
    const lacking = this.#key.find(({ name }) => !Object.hasOwn(data, name) || data[name] === null);
    if (lacking) return this.#fail(at, 'NOT_NULL_VIOLATION', `${lacking.name} is part of the key and must not be null`, lacking.name); // prettier-ignore
    const unknown = Object.keys(data).find((name) => !this.#columns.has(name));
    if (unknown !== undefined && !deletes)
      return this.#fail(at, 'UNKNOWN_COLUMN', `table ${tableName(this.table)} has no column ${unknown}`, unknown);
    const columns = deletes ? this.#key : this.#columnsOf(data);
    if (columns.length === 0) return this.#fail(at, 'INVALID_VALUE', 'the row has no value for any column');
    const values: (string | null)[] = [];
    for (const column of columns)
      try {
        values.push(this.#encoders.get(column)!(data[column.name]!));
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        return this.#fail(at, 'INVALID_VALUE', `${column.name} ${error.message}`, column.name);
      }
    this.#place(deletes, columns, { at, values });
  }

  plan(): BatchPlan {
    const units = [...this.#units.values()].sort((a, b) => a.wave - b.wave).map(({ unit }) => unit);
    return { units, failed: this.#failed };
  }

  /** The key first, then the row's other columns in the table's order. Computed columns are omitted. */
  #columnsOf(data: WriteRow['data']): readonly Column[] {
    const others = this.table.columns.filter((column) => Object.hasOwn(data, column.name) && !column.generated && !this.#key.includes(column)); // prettier-ignore
    return [...this.#key, ...others];
  }

  /** The second row of a key is written after the first, in a statement of its own. */
  #place(deletes: boolean, columns: readonly Column[], row: EncodedRow): void {
    const { mode } = this.batch;
    const key = mode === 'append' ? '' : JSON.stringify(row.values.slice(0, this.#key.length));
    const last = mode === 'append' ? undefined : this.#seen.get(key);
    const wave = last ? last.wave + 1 : 0;
    const placed = last ? { ...row, before: last.row } : row;
    if (mode !== 'append') this.#seen.set(key, { row: placed, wave });
    const action = deletes ? 'delete' : mode === 'mirror' ? 'upsert' : mode;
    const id = JSON.stringify([wave, action, columns.map(({ name }) => name)]);
    let found = this.#units.get(id);
    if (!found) this.#units.set(id, (found = { wave, unit: { action, columns, keys: this.#key.length, rows: [] } }));
    found.unit.rows.push(placed);
  }

  #fail(at: number, code: string, message: string, field?: string): void {
    this.#failed.set(at, { status: 'failed', ...(field !== undefined && { field }), code, message, retryable: false });
  }
}

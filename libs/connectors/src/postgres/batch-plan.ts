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

/** What rows with the same fields have in common. */
interface Shape {
  readonly columns: readonly Column[];
  readonly encoders: readonly Encoder[];
  readonly action: Unit['action'];
  /** By wave. */
  readonly units: (Unit | undefined)[];
  /** The first field that is not a column. */
  readonly unknown?: string;
}

class Planner {
  readonly #failed = new Map<number, RowResult>();
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #key: readonly Column[];
  /** By action and fields as they come, and by action and columns. */
  readonly #shapes = new Map<string, Shape>();
  /** The units of each wave. */
  readonly #waves: Unit[][] = [];
  /** The last row of each key, and its wave. */
  readonly #seen = new Map<string, { readonly row: EncodedRow; readonly wave: number }>();

  constructor(
    private readonly batch: WriteBatch,
    private readonly table: Table,
  ) {
    this.#columns = new Map(table.columns.map((column) => [column.name, column]));
    this.#key = batch.mode === 'append' ? [] : batch.key.map((name) => this.#columns.get(name)!);
  }

  add({ action, data }: WriteRow, at: number): void {
    const deletes = action === 'delete';
    if (deletes && this.batch.mode !== 'mirror')
      return this.#fail(at, 'DELETE_REFUSED', `rows are deleted in mode mirror only, not in mode ${this.batch.mode}`);
    for (const { name } of this.#key)
      if (!Object.hasOwn(data, name) || data[name] === null)
        return this.#fail(at, 'NOT_NULL_VIOLATION', `${name} is part of the key and must not be null`, name);
    const shape = this.#shapeOf(data, deletes);
    const { columns, encoders, unknown } = shape;
    if (unknown !== undefined)
      return this.#fail(at, 'UNKNOWN_COLUMN', `table ${tableName(this.table)} has no column ${unknown}`, unknown);
    if (columns.length === 0) return this.#fail(at, 'INVALID_VALUE', 'the row has no value for any column');
    const values: (string | null)[] = [];
    for (let place = 0; place < columns.length; place++) {
      const { name } = columns[place]!;
      try {
        values.push(encoders[place]!(data[name]!));
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        return this.#fail(at, 'INVALID_VALUE', `${name} ${error.message}`, name);
      }
    }
    this.#place(shape, { at, values });
  }

  plan(): BatchPlan {
    return { units: this.#waves.flat(), failed: this.#failed };
  }

  #shapeOf(data: WriteRow['data'], deletes: boolean): Shape {
    const fields = Object.keys(data);
    const id = `${deletes ? 'delete' : 'write'}\0${fields.join('\0')}`;
    let shape = this.#shapes.get(id);
    if (!shape) this.#shapes.set(id, (shape = this.#newShape(data, fields, deletes)));
    return shape;
  }

  #newShape(data: WriteRow['data'], fields: readonly string[], deletes: boolean): Shape {
    const unknown = deletes ? undefined : fields.find((name) => !this.#columns.has(name));
    const columns = deletes ? this.#key : this.#columnsOf(data);
    const id = JSON.stringify([deletes, unknown, columns.map(({ name }) => name)]);
    const same = this.#shapes.get(id);
    if (same) return same;
    const { mode } = this.batch;
    const shape: Shape = {
      columns,
      encoders: columns.map((column) => encoderOf(column, this.table.composites)),
      action: deletes ? 'delete' : mode === 'mirror' ? 'upsert' : mode,
      units: [],
      ...(unknown !== undefined && { unknown }),
    };
    this.#shapes.set(id, shape);
    return shape;
  }

  /** The key first, then the row's other columns in the table's order. Computed columns are omitted. */
  #columnsOf(data: WriteRow['data']): readonly Column[] {
    const others = this.table.columns.filter((column) => Object.hasOwn(data, column.name) && !column.generated && !this.#key.includes(column)); // prettier-ignore
    return [...this.#key, ...others];
  }

  /** The second row of a key is written after the first, in a statement of its own. */
  #place(shape: Shape, row: EncodedRow): void {
    if (this.#key.length === 0) return void this.#unitOf(shape, 0).rows.push(row);
    const key = this.#key.length === 1 ? row.values[0]! : JSON.stringify(row.values.slice(0, this.#key.length));
    const last = this.#seen.get(key);
    const wave = last ? last.wave + 1 : 0;
    const placed = last ? { ...row, before: last.row } : row;
    this.#seen.set(key, { row: placed, wave });
    this.#unitOf(shape, wave).rows.push(placed);
  }

  #unitOf({ units, action, columns }: Shape, wave: number): Unit {
    const known = units[wave];
    if (known) return known;
    const unit: Unit = { action, columns, keys: this.#key.length, rows: [] };
    units[wave] = unit;
    (this.#waves[wave] ??= []).push(unit);
    return unit;
  }

  #fail(at: number, code: string, message: string, field?: string): void {
    this.#failed.set(at, { status: 'failed', ...(field !== undefined && { field }), code, message, retryable: false });
  }
}

import { describe, expect, it } from '@jest/globals';
import type { WriteBatch, WriteRow } from '@tidemark/connector-sdk';
import { planBatch } from './batch-plan.js';
import { fieldAtFault, placeOfCopyError } from './row-errors.js';
import type { Column, Table } from './table.js';

const column = (name: string, base = 'text', more: Partial<Column> = {}): Column => ({
  ...{ name, base, element: null, composite: null, equals: 'pg_catalog.=' },
  ...{ notNull: false, generated: false, identityAlways: false, ...more },
});
const table: Table = {
  ...{ schema: 'shop', name: 'orders', kind: 'r', composites: {}, rules: false },
  columns: [
    column('note'),
    column('id', 'int8'),
    column('code', 'varchar'),
    column('twice', 'int8', { generated: true }),
  ],
  uniques: [{ primary: true, columns: ['id'] }],
  constraints: { orders_code_check: { columns: ['code'], self: false } },
};
const batch = (rows: readonly WriteRow[], more: Partial<WriteBatch> = {}): WriteBatch => ({
  ...{ id: 'b', mode: 'upsert', object: 'orders', key: ['id'], rows },
  ...more,
});
const shape = (rows: readonly WriteRow[], more: Partial<WriteBatch> = {}) =>
  planBatch(batch(rows, more), table).units.map(({ action, columns, rows: all }) => [
    action,
    columns.map(({ name }) => name).join(),
    all.map(({ at }) => at).join(),
  ]);

describe('the plan of a batch', () => {
  it('groups rows with the same columns, the key first, without computed ones', () => {
    const rows: WriteRow[] = [
      { data: { code: 'a', id: 1, twice: 2 } },
      { data: { id: 2 } },
      { data: { id: 3, code: 'b' } },
    ];
    expect(shape(rows)).toEqual([
      ['upsert', 'id,code', '0,2'],
      ['upsert', 'id', '1'],
    ]);
  });

  it('separates rows with the same key, in order', () => {
    const rows: WriteRow[] = [
      { data: { id: 1, note: 'a' } },
      { action: 'delete', data: { id: 1, whatever: 1 } },
      { data: { id: '1', note: 'b' } },
      { data: { id: 2, note: 'c' } },
      { data: { id: 2, note: 'd' } },
    ];
    expect(shape(rows, { mode: 'mirror' })).toEqual([
      ['upsert', 'id,note', '0,3'],
      ['delete', 'id', '1'],
      ['upsert', 'id,note', '4'],
      ['upsert', 'id,note', '2'],
    ]);
  });

  it('ignores keys of appended rows', () => {
    const rows = [{ data: { id: 1, note: 'a' } }, { data: { id: 1, note: 'b' } }];
    expect(shape(rows, { mode: 'append', key: [] })).toEqual([['append', 'note,id', '0,1']]);
  });
});

const field = (error: object, columns: readonly string[]) =>
  fieldAtFault(
    error as never,
    { columns: columns.map((name) => table.columns.find((one) => one.name === name)!) },
    table,
  );

describe('the field at fault', () => {
  it.each([
    [{ column: 'note', message: '' }, ['id'], 'note'],
    [{ constraint: 'orders_code_check', message: '' }, ['id'], 'code'],
    [{ detail: 'Key (id)=(7) is still referenced from table "lines".', message: '' }, ['note', 'id'], 'id'],
    [{ code: '23514', constraint: 'unheard of', message: 'x' }, ['id'], undefined],
  ])('of %j among %j is found', (error, columns, name) => {
    expect(field(error, columns)).toBe(name);
  });
});

describe('the place at which a COPY failed', () => {
  it.each([
    ['COPY tidemark0_rows, line 5, column c3: "x, line 7"', { line: 5, column: 3 }],
    ['COPY tidemark12_rows, Zeile 31, Spalte c10: »x«\nmore', { line: 31, column: 10 }],
    ['PL/pgSQL function f() line 1\nCOPY tidemark0_rows, line 2, column c0, null input', { line: 2, column: 0 }],
    ['COPY tidemark0_rows, line 2: "c7 is text"', { line: 2, column: null }],
    ['SQL statement', null],
  ])('%j is found', (where, place) => {
    expect(placeOfCopyError({ where } as never)).toEqual(place);
  });
});

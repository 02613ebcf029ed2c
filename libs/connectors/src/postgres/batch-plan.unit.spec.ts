import { describe, expect, it } from '@jest/globals';
import type { WriteBatch, WriteRow } from '@tidemark/connector-sdk';
import { planBatch } from './batch-plan.js';
import { fieldAtFault } from './row-errors.js';
import type { Column, Table } from './table.js';

const column = (name: string, type: string, base = type, more: Partial<Column> = {}): Column => ({
  ...{ name, type, fullType: type, base, element: null, notNull: false, generated: false, identityAlways: false },
  ...more,
});
const table: Table = {
  ...{ schema: 'shop', name: 'orders', kind: 'r' },
  columns: [
    column('note', 'text'),
    column('id', 'bigint', 'int8'),
    column('code', 'character varying', 'varchar', { fullType: 'character varying(3)' }),
    column('amount', 'numeric', 'numeric', { fullType: 'numeric(5,2)' }),
    column('twice', 'bigint', 'int8', { generated: true }),
    column('token', 'uuid'),
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

const field = (error: object, columns: readonly string[], values: readonly (string | null)[]) =>
  fieldAtFault(
    error as never,
    { columns: columns.map((name) => table.columns.find((one) => one.name === name)!) },
    { values },
    table,
  );

describe('the field at fault', () => {
  it.each([
    [{ column: 'note', message: '' }, ['id'], ['1'], 'note'],
    [{ constraint: 'orders_code_check', message: '' }, ['id'], ['1'], 'code'],
    [
      { code: '22001', message: 'value too long for type character varying(3)' },
      ['note', 'code'],
      ['long text', 'abcd'],
      'code',
    ],
    [{ code: '22P02', message: 'invalid input syntax for type uuid: "x"' }, ['note', 'token'], ['x', 'x'], 'token'],
    [{ code: '22P02', message: 'invalid input syntax for type bigint: "x"' }, ['note', 'id'], ['x', 'x'], 'id'],
    [{ code: '22003', message: 'numeric field overflow' }, ['id', 'amount'], ['5000', '1000.00'], 'amount'],
    [{ code: '22003', message: 'numeric field overflow' }, ['amount'], ['999.99'], undefined],
    [
      { code: '22021', message: 'invalid byte sequence for encoding "UTF8": 0x00' },
      ['id', 'note'],
      ['1', 'a\0'],
      'note',
    ],
    [{ code: '23514', constraint: 'unheard of', message: 'x' }, ['id'], ['1'], undefined],
  ])('of %j among %j is found', (error, columns, values, name) => {
    expect(field(error, columns, values)).toBe(name);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@tidemark/connector-sdk';
import { toWriteRow, type WriteTarget } from './write-lines.js';

const target = (more: Partial<WriteTarget>): WriteTarget => ({ kind: 'rows', mode: 'mirror', key: ['id'], ...more });
const rowOf = (line: JsonObject, more: Partial<WriteTarget>) => toWriteRow(line, 7, target(more));

describe('an input line', () => {
  it('is a plain row', () => {
    expect(rowOf({ type: 'removed', key: [1] }, {})).toEqual({ data: { type: 'removed', key: [1] } });
  });

  it('is the data of a record, or a deletion in modes that delete', () => {
    const record = { externalId: '1', objectType: 'issues', data: { id: 1 } };
    expect(rowOf(record, { kind: 'records' })).toEqual({ data: { id: 1 } });
    const gone = { ...record, deleted: true };
    expect(rowOf(gone, { kind: 'records' })).toEqual({ action: 'delete', data: { id: 1 } });
    expect(rowOf(gone, { kind: 'records', mode: 'upsert' })).toBeNull();
  });

  it('is the row of a difference, or the key fields of a removed row', () => {
    const of = (line: JsonObject, more: Partial<WriteTarget> = {}) => rowOf(line, { kind: 'differences', ...more });
    expect(of({ type: 'added', key: ['1'], row: { id: '1', a: 2 } })).toEqual({ data: { id: '1', a: 2 } });
    expect(of({ type: 'removed', key: ['1', 'x'] }, { key: ['id', 'part'] })).toEqual({
      action: 'delete',
      data: { id: '1', part: 'x' },
    });
    expect(of({ type: 'removed', key: ['1'] }, { mode: 'upsert' })).toBeNull();
    expect(of({ type: 'counts', added: 1 })).toBeNull();
  });

  it('is refused with its number when it is of another kind', () => {
    expect(() => rowOf({ id: 1 }, { kind: 'records' })).toThrow('line 7 is not one of records: it has no `data`');
    expect(() => rowOf({ id: 1 }, { kind: 'differences' })).toThrow('line 7 is not one of differences');
    expect(() => rowOf({ type: 'removed', key: ['1', '2'] }, { kind: 'differences' })).toThrow('a `key` of 1 values');
  });
});

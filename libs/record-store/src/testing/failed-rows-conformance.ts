import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contentHash } from '../content.js';
import { failedRowId, type FailedRowFilter, type FailedRows, type RefusedRow } from '../failed-rows.js';
import { RecordCursorInvalid, type RecordStore } from '../port.js';
import type { RecordStoreHome } from './conformance.js';

/** The suite of failed rows that every adapter passes. */
export function describeFailedRows(name: string, home: () => Promise<RecordStoreHome>): void {
  describe(`failed rows of ${name}`, () => {
    let at: RecordStoreHome;
    let store: RecordStore;
    let rows: FailedRows;
    const scope = { tenant: 'acme', connectionId: 'c1' };

    beforeEach(async () => {
      at = await home();
      store = await at.open();
      rows = store.failedRows;
    }, 30_000);
    afterEach(async () => {
      await store.close();
      await at.remove();
    });

    const row = (key: RefusedRow['key'], more: Partial<RefusedRow> = {}): RefusedRow => ({
      ...{ destination: 'warehouse', object: 'customers', key, code: 'VALUE_INVALID', message: 'value "x1" too long' },
      ...{ field: 'name', data: { id: key[0]!, name: 'x1' } },
      ...more,
    });
    const refuse = (refused: readonly RefusedRow[], jobId = 'j1', time = 1000, given: object = scope) =>
      rows.record({ ...scope, ...given, jobId, at: time, refused, settled: [] });
    const settle = (settled: readonly string[], changed: readonly string[] = []) =>
      rows.record({ ...scope, jobId: 'j9', at: 9000, refused: [], settled, changed });
    const keys = async (filter: FailedRowFilter = {}) =>
      (await rows.list(scope, { ...filter, limit: 100 })).rows.map(({ key }) => key);

    it('keeps a refused row with everything that is known of it, also when opened again', async () => {
      const odd = row(['ü/\u0000 "1"', 2, null], {
        data: { $set: { 'a.b': [null, 1.5] }, ['__proto__']: 'own' },
        action: 'delete',
      });
      await refuse([odd]);
      await store.close();
      store = await at.open();
      const { rows: found, total, next } = await store.failedRows.list(scope, { limit: 5 });
      expect([total, next]).toEqual([1, null]);
      expect(JSON.stringify(found[0]!.data)).toBe(JSON.stringify(odd.data));
      expect(found[0]).toMatchObject({
        ...{ id: failedRowId(odd), key: odd.key, code: 'VALUE_INVALID', field: 'name', action: 'delete' },
        ...{ pattern: 'value … too long', since: 1000, tries: 1, triedAt: 1000, jobId: 'j1' },
      });
    });

    it('counts a job once, however often it records a row, and keeps since when the row fails', async () => {
      await refuse([row([1])]);
      await refuse([row([1])], 'j1', 1500);
      await refuse([row([1], { code: 'OTHER' })], 'j2', 2000);
      expect((await rows.list(scope, { limit: 5 })).rows).toMatchObject([
        { since: 1000, tries: 2, triedAt: 2000, jobId: 'j2', code: 'OTHER' },
      ]);
      await settle([failedRowId(row([1]))]);
      expect(await keys()).toEqual([]);
      await refuse([row([1])], 'j3', 3000);
      expect((await rows.list(scope, { limit: 5 })).rows).toMatchObject([{ since: 3000, tries: 1 }]);
    });

    it('distinguishes keys of different types, and rows of objects and destinations', async () => {
      const all = [row([1]), row(['1']), row([[1]]), row([1], { object: 'o' }), row([1], { destination: 'd' })];
      await refuse(all);
      expect(new Set((await rows.list(scope, { limit: 10 })).rows.map(({ id }) => id)).size).toBe(5);
      await settle([failedRowId(row(['1']))]);
      expect(await keys({ keyText: '1' })).toEqual([[1], [1], [1]]);
      expect(await keys({ object: 'o' })).toEqual([[1]]);
    });

    it('lists by filter, page by page, the oldest first; leaving rows hide no other', async () => {
      for (let n = 0; n < 7; n++) await refuse([row([n], { code: n % 2 ? 'ODD' : 'EVEN' })], 'j1', 1000 + n);
      expect(await keys({ code: 'ODD' })).toEqual([[1], [3], [5]]);
      expect(await keys({ pattern: 'value … too long', field: 'name' })).toHaveLength(7);
      expect(await keys({ ids: [failedRowId(row([4])), failedRowId(row([2]))] })).toEqual([[2], [4]]);
      const first = await rows.list(scope, { limit: 3 });
      expect([first.total, first.rows.map(({ key }) => key[0])]).toEqual([7, [0, 1, 2]]);
      await settle(first.rows.map(({ id }) => id));
      const second = await rows.list(scope, { limit: 3, after: first.next! });
      expect(second.rows.map(({ key }) => key[0])).toEqual([3, 4, 5]);
      expect((await rows.list(scope, { limit: 3, skip: 3 })).rows.map(({ key }) => key[0])).toEqual([6]);
      await expect(rows.list(scope, { limit: 1, after: 'rubbish' })).rejects.toThrow(RecordCursorInvalid);
    });

    it('keeps a correction while its row does not change, also after the row has arrived', async () => {
      const { data } = row([1]);
      const id = failedRowId(row([1]));
      const decision = { set: { name: 'y' }, by: 'key:k1', at: 5, hash: contentHash(data) };
      expect(await rows.decide(scope, id, decision)).toBeUndefined();
      await refuse([row([1])]);
      expect(await rows.decide(scope, id, decision)).toMatchObject({ id, decision });
      expect((await rows.list(scope, { limit: 1 })).rows[0]!.decision).toEqual(decision);
      await refuse([row([1])], 'j2');
      await settle([id]);
      expect(await keys()).toEqual([]);
      expect(await rows.decisions(scope)).toEqual(new Map([[id, decision]]));
      await settle([id], [id]);
      expect(await rows.decisions(scope)).toEqual(new Map());
      expect(await rows.decide(scope, id, decision)).toBeUndefined();
    });

    it('hides a discarded row until a job refuses it again', async () => {
      const id = failedRowId(row([1]));
      const decision = { set: null, by: 'key:k1', at: 5, hash: 'h' };
      await refuse([row([1]), row([2])]);
      expect(await rows.decide(scope, id, decision)).toMatchObject({ key: [1] });
      expect(await rows.decide(scope, id, decision)).toBeUndefined();
      expect(await keys()).toEqual([[2]]);
      expect(await rows.decisions(scope)).toEqual(new Map([[id, decision]]));
      await rows.record({ ...scope, jobId: 'j2', at: 2000, refused: [row([1])], settled: [], changed: [id] });
      expect(await keys()).toEqual([[2], [1]]);
    });

    it('closes what a job did not try, and what no destination is left for', async () => {
      await refuse([row([1]), row([2]), row([3], { object: 'other' }), row([4], { destination: 'gone' })]);
      await refuse([row([2])], 'j2');
      await rows.settleUntried(scope, 'j2', { object: 'customers', destination: 'warehouse' });
      expect((await keys()).map(([key]) => key).sort()).toEqual([2, 3, 4]);
      await rows.keepDestinations(scope, ['warehouse']);
      expect((await keys()).map(([key]) => key).sort()).toEqual([2, 3]);
    });

    it('keeps scopes apart; a connection that is removed takes everything of its own along', async () => {
      const others = [{ tenant: 'bolt' }, { connectionId: 'c10' }, { connectionId: 'c' }];
      for (const other of [{}, ...others]) await refuse([row([1])], 'j1', 1000, other);
      const records = (connectionId: string) => ({ tenant: 'acme', connectionId });
      const record = { externalId: '1', data: {} };
      for (const id of ['c1', 'c1/warehouse', 'c10', 'c10/warehouse'])
        await store.write({ ...records(id), id: 'b1', jobId: 'j1', object: 'o', records: [record], at: 1 });
      await store.remove(scope);
      expect(await keys()).toEqual([]);
      for (const other of others) expect((await rows.list({ ...scope, ...other }, { limit: 5 })).total).toBe(1);
      for (const id of ['c1', 'c1/warehouse']) expect(await store.get(records(id), 'o', '1')).toBeUndefined();
      for (const id of ['c10', 'c10/warehouse']) expect(await store.get(records(id), 'o', '1')).toBeDefined();
    });
  });
}

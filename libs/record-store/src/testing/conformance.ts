import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  RecordCursorInvalid,
  type IncomingRecord,
  type RecordBatch,
  type RecordQuery,
  type RecordStore,
} from '../port.js';

/** Where the stores of a test are. */
export interface RecordStoreHome {
  /** Opens the same store again. */
  open(): Promise<RecordStore>;
  remove(): Promise<void>;
}

/** The suite that every adapter passes. @param concurrent whether several processes may write at once */
export function describeRecordStore(
  name: string,
  home: () => Promise<RecordStoreHome>,
  { concurrent = true }: { readonly concurrent?: boolean } = {},
): void {
  describe(name, () => {
    let at: RecordStoreHome;
    let store: RecordStore;
    let batches = 0;
    const scope = { tenant: 'acme', connectionId: 'c1' };

    beforeEach(async () => {
      at = await home();
      store = await at.open();
    }, 30_000);
    afterEach(async () => {
      await store.close();
      await at.remove();
    });

    const batch = (records: readonly IncomingRecord[], given: Partial<RecordBatch> = {}): RecordBatch => ({
      ...scope,
      id: `b${(batches += 1)}`,
      jobId: 'j1',
      object: 'issues',
      records,
      at: 1000,
      ...given,
    });
    const issue = (externalId: string, title = externalId, more: object = {}): IncomingRecord => ({
      externalId,
      data: { id: externalId, title },
      ...more,
    });
    const write = (records: readonly IncomingRecord[], given?: Partial<RecordBatch>) =>
      store.write(batch(records, given));

    /** External ids in the order of the feed, read in pages. */
    async function feed(query: Partial<RecordQuery> = {}, from = store): Promise<string[]> {
      const ids: string[] = [];
      let cursor = query.cursor;
      for (;;) {
        const page = await from.list(scope, { limit: 2, ...query, ...(cursor !== undefined && { cursor }) });
        ids.push(...page.records.map(({ externalId }) => externalId));
        if (page.next === null) return ids;
        cursor = page.next;
      }
    }

    it('says what each write did, by content', async () => {
      expect(await write([issue('1'), issue('2')])).toEqual(['created', 'created']);
      expect(await write([issue('1', 'new'), { externalId: '2', data: { title: '2', id: '2' } }, issue('3')])).toEqual([
        'updated',
        'skipped',
        'created',
      ]);
      expect(
        await write([
          { externalId: '3', data: {}, deleted: true },
          { externalId: '9', data: {}, deleted: true },
        ]),
      ).toEqual(['deleted', 'skipped']);
      expect(await write([issue('3')])).toEqual(['created']);
    });

    it('returns the same results for a repeated batch', async () => {
      const first = batch([issue('1'), issue('2')]);
      await store.write(first);
      const second = batch([issue('1', 'new'), { externalId: '2', data: {}, deleted: true }, issue('3')]);
      const results = await store.write(second);
      expect(results).toEqual(['updated', 'deleted', 'created']);
      const list = await store.list(scope, { limit: 10 });
      expect(await store.write(second)).toEqual(results);
      expect(await store.list(scope, { limit: 10 })).toEqual(list);
    });

    it('keeps one label, and the last two jobs that were noted', async () => {
      expect(await store.label()).toBeUndefined();
      await store.setLabel({ installation: 'a' });
      expect(await store.marks(scope)).toEqual([]);
      for (const job of ['j1', 'j2', 'j2', 'j3']) await store.mark(scope, job);
      await store.close();
      store = await at.open();
      expect(await store.label()).toEqual({ installation: 'a' });
      expect(await store.marks(scope)).toEqual(['j3', 'j2']);
      expect(await store.marks({ ...scope, tenant: 'other' })).toEqual([]);
      await store.remove(scope);
      expect(await store.marks(scope)).toEqual([]);
    });

    it('refuses cursors of before they became invalid', async () => {
      await write([issue('1'), issue('2')]);
      await store.mark(scope, 'j1');
      const { end } = await store.list(scope, { limit: 1 });
      await store.invalidateCursors(scope);
      await expect(store.list(scope, { limit: 1, cursor: end })).rejects.toBeInstanceOf(RecordCursorInvalid);
      expect(await feed()).toEqual(['1', '2']);
      expect(await store.marks(scope)).toEqual(['j1']);
    });

    it('keeps the newer of two states, in whatever order they arrive', async () => {
      await write([issue('1', 'new', { updatedAt: '2026-01-02T00:00:00Z' })]);
      expect(await write([issue('1', 'old', { updatedAt: '2026-01-01T23:59:59.999Z' })])).toEqual(['skipped']);
      expect(await store.get(scope, 'issues', '1')).toMatchObject({ data: { title: 'new' } });
      expect(await write([issue('1', 'same time', { updatedAt: '2026-01-02T00:00:00.000Z' })])).toEqual(['updated']);
    });

    it('returns a record as it was stored, also after it was opened again', async () => {
      const data = {
        id: 'ü/1',
        $set: { 'a.b': [null, 1.5, { x: '\u0000' }] },
        ['__proto__']: 'own',
        big: '12345678901234567890',
      };
      await write([{ externalId: 'ü/1', data, updatedAt: '2026-01-02T00:00:00Z' }], { at: 5 });
      await write([{ externalId: 'ü/1', data, updatedAt: '2026-01-02T00:00:00Z' }], { at: 7, jobId: 'j2' });
      await store.close();
      store = await at.open();
      const stored = (await store.get(scope, 'issues', 'ü/1'))!;
      expect(JSON.stringify(stored.data)).toBe(JSON.stringify(data));
      expect(stored).toMatchObject({
        ...{ object: 'issues', externalId: 'ü/1', deleted: false, updatedAt: '2026-01-02T00:00:00Z' },
        ...{ firstSeenAt: 5, lastSeenAt: 7, changedAt: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      expect(await store.get(scope, 'issues', 'other')).toBeUndefined();
    });

    it('lists changes in their order; a record that changes again comes again, at the end', async () => {
      await write([issue('1'), issue('2'), issue('3')]);
      await write([issue('1', 'new'), issue('2')]);
      expect(await feed()).toEqual(['2', '3', '1']);
      const { end } = await store.list(scope, { limit: 10 });
      expect(await feed({ cursor: end })).toEqual([]);
      await write([{ externalId: '2', data: {}, deleted: true }]);
      expect(await feed({ cursor: end })).toEqual(['2']);
      expect(await feed({ deleted: true })).toEqual(['2']);
      expect(await feed({ deleted: false })).toEqual(['3', '1']);
    });

    it('filters by object and by time of change', async () => {
      await write([issue('1')], { at: 10 });
      await write([issue('1')], { object: 'labels', at: 20 });
      expect(await feed({ object: 'labels' })).toEqual(['1']);
      expect((await store.list(scope, { limit: 10, changedSince: 11 })).records.map(({ object }) => object)).toEqual([
        'labels',
      ]);
      await expect(store.list(scope, { limit: 1, cursor: 'rubbish' })).rejects.toThrow(RecordCursorInvalid);
    });

    it('lists what a job has not seen, a number at a time, and nothing else', async () => {
      await write([issue('1'), issue('2'), issue('3'), issue('4')]);
      await write([issue('1')], { object: 'labels' });
      await write([issue('2')], { jobId: 'j2' });
      const unseen = { ...scope, object: 'issues', jobId: 'j2' };
      expect(await store.countUnseen(unseen)).toEqual({ total: 4, unseen: 3 });
      const gone: string[] = [];
      for (let after = ''; ;) {
        const some = await store.listUnseen({ ...unseen, after, limit: 2 });
        gone.push(...some.map(({ externalId }) => externalId));
        if (some.length < 2) break;
        after = some.at(-1)!.externalId;
      }
      expect(gone).toEqual(['1', '3', '4']);
      await write(
        gone.map((externalId) => ({ externalId, data: {}, deleted: true })),
        { jobId: 'j2', at: 9 },
      );
      expect(await store.listUnseen({ ...unseen, limit: 2 })).toEqual([]);
      expect(await feed({ deleted: false })).toEqual(['2', '1']);
      expect(await store.get(scope, 'issues', '3')).toMatchObject({
        deleted: true,
        changedAt: 9,
        data: { title: '3' },
      });
      expect(await write([{ externalId: '2', data: {}, deleted: true }], { jobId: 'j3' })).toEqual(['deleted']);
    });

    it('keeps scopes apart, and removes one alone', async () => {
      const others = [
        { tenant: 'acme', connectionId: 'c2' },
        { tenant: 'bolt', connectionId: 'c1' },
      ];
      for (const other of [scope, ...others])
        expect(await store.write({ ...batch([issue('1')]), ...other })).toEqual(['created']);
      await store.remove(scope);
      expect(await store.get(scope, 'issues', '1')).toBeUndefined();
      for (const other of others) expect((await store.list(other, { limit: 5 })).records).toHaveLength(1);
      await write([issue('1')]);
      expect(await feed()).toEqual(['1']);
    });

    if (concurrent)
      it('skips and repeats nothing for a reader while several writers are at work', async () => {
        const writers = await Promise.all([1, 2, 3].map(() => at.open()));
        const done = Promise.all(
          writers.map(async (writer, w) => {
            for (let n = 0; n < 15; n++) {
              const own = [issue(`${w}-${n}`), issue(`${w}-${n}b`)];
              expect(await writer.write(batch(own))).toEqual(['created', 'created']);
              await writer.write(batch([issue('shared', `${w}-${n}`)]));
            }
          }),
        ).then(() => true);
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let ended = false; ;) {
          const isOver = ended;
          const page = await store.list(scope, { limit: 7, ...(cursor !== undefined && { cursor }) });
          seen.push(...page.records.map(({ externalId }) => externalId));
          cursor = page.end;
          if (isOver && page.records.length === 0) break;
          ended ||= await Promise.race([done, new Promise<false>((resolve) => setTimeout(resolve, 5, false))]);
        }
        await Promise.all(writers.map((writer) => writer.close()));
        const own = seen.filter((id) => id !== 'shared');
        expect(own).toHaveLength(90);
        expect(new Set(own).size).toBe(90);
        const last = await store.list(scope, { limit: 100 });
        expect(last.records).toHaveLength(91);
        expect(seen.at(-1)).toBe(last.records.at(-1)!.externalId);
      }, 60_000);
  });
}

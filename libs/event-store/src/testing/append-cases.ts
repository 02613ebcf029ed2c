import { describe, expect, it } from '@jest/globals';
import { MAX_APPEND_BYTES, type ExpectedRevision } from '../port.js';
import type { TestStores } from './harness.js';
import { ids, newStream, oneEvent, readAll, revisions, someEvents } from './support.js';

export function appendCases(stores: () => TestStores): void {
  const store = () => stores().store;

  describe('append', () => {
    it('numbers events from 0 without gaps and returns the last revision', async () => {
      const stream = newStream();
      expect(await store().append(stream, someEvents(3), 'no_stream')).toMatchObject({ revision: 2 });
      expect(await store().append(stream, someEvents(1), 2)).toMatchObject({ revision: 3 });
      expect(revisions(await readAll(store(), stream))).toEqual([0, 1, 2, 3]);
    });

    it('assigns growing positions, all safe integers', async () => {
      const [one, two] = [newStream(), newStream()];
      const first = await store().append(one, someEvents(2), 'any');
      const second = await store().append(two, someEvents(2), 'any');
      const events = [...(await readAll(store(), one)), ...(await readAll(store(), two))];
      const positions = events.map((event) => event.position);
      expect([...positions].sort((a, b) => a - b)).toEqual(positions);
      expect(new Set(positions).size).toBe(4);
      expect([positions[1], positions[3]]).toEqual([first.position, second.position]);
      expect(positions.every(Number.isSafeInteger)).toBe(true);
    });

    it('stores every field of an event', async () => {
      const stream = newStream();
      const event = {
        ...oneEvent(
          { text: 'Größe ✓ 日本 \u0000', list: [1, null, { deep: true }], zero: 0, big: 2 ** 53 - 1 },
          'Kept',
        ),
        metadata: {
          tenant: 'acme',
          correlationId: 'r-1',
          causationId: 'c-1',
          actor: 'key:1',
          traceparent: '00-1-2-01',
        },
      };
      const before = Date.now();
      await store().append(stream, [event], 'no_stream');
      const [stored] = await readAll(store(), stream);
      expect(stored).toMatchObject({ ...event, stream, revision: 0 });
      expect(stored!.recordedAt).toBeGreaterThanOrEqual(before - 1_000);
      expect(stored!.recordedAt).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    it.each<[ExpectedRevision, 'new' | 'at 2', 'appends' | number | 'no_stream']>([
      ['no_stream', 'new', 'appends'],
      ['no_stream', 'at 2', 2],
      ['any', 'new', 'appends'],
      ['any', 'at 2', 'appends'],
      ['stream_exists', 'new', 'no_stream'],
      ['stream_exists', 'at 2', 'appends'],
      [0, 'new', 'no_stream'],
      [2, 'at 2', 'appends'],
      [1, 'at 2', 2],
      [3, 'at 2', 2],
    ])('expecting %p of a stream that is %s: %p', async (expected, state, outcome) => {
      const stream = newStream();
      if (state === 'at 2') await store().append(stream, someEvents(3), 'no_stream');
      const result = store().append(stream, someEvents(1), expected);
      if (outcome === 'appends') {
        await expect(result).resolves.toMatchObject({ revision: state === 'new' ? 0 : 3 });
      } else {
        await expect(result).rejects.toMatchObject({ code: 'CONFLICT', name: 'Conflict', stream, actual: outcome });
      }
    });

    it('admits one of several writers at one revision', async () => {
      const stream = newStream();
      await store().append(stream, someEvents(1), 'no_stream');
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) => store().append(stream, someEvents(1, n), 0)),
      );
      expect(tries.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of tries) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT', actual: 1 });
      }
      expect(await readAll(store(), stream)).toHaveLength(2);
    });

    it('accepts many appends at once', async () => {
      const streams = Array.from({ length: 300 }, () => newStream());
      await Promise.all(streams.map((stream, n) => store().append(stream, someEvents(2, n), 'no_stream')));
      for (const [n, stream] of streams.entries()) {
        expect((await readAll(store(), stream)).map((event) => event.data)).toEqual([{ n }, { n: n + 1 }]);
      }
    });

    it('refuses an append without events', async () => {
      await expect(store().append(newStream(), [], 'any')).rejects.toThrow(RangeError);
    });

    it('refuses an impossible revision, and data that is not JSON', async () => {
      await expect(store().append(newStream(), someEvents(1), -1)).rejects.toThrow(/^expected:/);
      await expect(
        store().append(
          newStream(),
          [oneEvent(undefined)].map((e) => ({ ...e, data: undefined })),
          'any',
        ),
      ).rejects.toThrow(/^data:/);
    });

    it('accepts an append of nearly 1 MiB and refuses a larger one whole', async () => {
      const stream = newStream();
      await store().append(stream, [oneEvent('x'.repeat(MAX_APPEND_BYTES - 1_000))], 'no_stream');
      const half = () => oneEvent('é'.repeat(MAX_APPEND_BYTES / 4));
      await expect(store().append(stream, [half(), half()], 0)).rejects.toMatchObject({
        code: 'TOO_LARGE',
        limit: MAX_APPEND_BYTES,
      });
      expect(await readAll(store(), stream)).toHaveLength(1);
    });
  });

  describe('a repeated append', () => {
    it.each<[ExpectedRevision]>([['no_stream'], [1], ['any'], ['stream_exists']])(
      'expecting %p returns the first result and stores nothing',
      async (expected) => {
        const stream = newStream();
        const before = expected === 'no_stream' ? 0 : 2;
        if (before > 0) await store().append(stream, someEvents(before), 'no_stream');
        const events = someEvents(3);
        const first = await store().append(stream, events, expected);
        expect(await store().append(stream, events, expected)).toEqual(first);
        expect(await readAll(store(), stream)).toHaveLength(before + 3);
      },
    );

    it('returns the first result when the stream has advanced, and after a restart', async () => {
      const stream = newStream();
      const [created, changed] = [someEvents(2), someEvents(2)];
      const first = await store().append(stream, created, 'no_stream');
      const second = await store().append(stream, changed, 1);
      await store().append(stream, someEvents(1), 3);
      await stores().reopen();
      expect(await store().append(stream, created, 'no_stream')).toEqual(first);
      expect(await store().append(stream, changed, 1)).toEqual(second);
      expect(await readAll(store(), stream)).toHaveLength(5);
    });

    it('is found when both are made at once', async () => {
      const stream = newStream();
      const events = someEvents(2);
      const [first, second] = await Promise.all([
        store().append(stream, events, 'no_stream'),
        store().append(stream, events, 'no_stream'),
      ]);
      expect(second).toEqual(first);
      expect(ids(await readAll(store(), stream))).toEqual(ids(events));
    });

    it('with other or more events is a conflict', async () => {
      const stream = newStream();
      const [kept, ...rest] = someEvents(2);
      await store().append(stream, [kept!, ...rest], 'no_stream');
      for (const events of [
        [kept!, oneEvent()],
        [kept!, ...rest, oneEvent()],
      ]) {
        await expect(store().append(stream, events, 'no_stream')).rejects.toMatchObject({
          code: 'CONFLICT',
          actual: 1,
        });
      }
    });
  });
}

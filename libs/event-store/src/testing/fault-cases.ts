import { describe, expect, it } from '@jest/globals';
import { eventually, waitFor } from '@tidemark/test-kit';
import type { ConformanceOptions, TestStores } from './harness.js';
import { Collector, ids, newStream, readAll, someEvents } from './support.js';

export function faultCases(stores: () => TestStores, { network }: ConformanceOptions): void {
  const store = () => stores().store;
  const withNetwork = network ? it : it.skip; // an embedded store has no connection to lose

  describe('when the store cannot write', () => {
    it('appends are Unavailable with nothing stored, and it recovers by itself', async () => {
      const stream = newStream();
      await store().append(stream, someEvents(1), 'no_stream');
      await stores().harness.fail();
      // An append in flight when the connection breaks may have an unknown outcome; later ones are known to have failed.
      await eventually(
        () =>
          store()
            .append(newStream(), someEvents(1), 'any')
            .catch((error) => error.code === 'EVENT_STORE_UNAVAILABLE'),
        'the loss to be noticed',
      );
      for (const [target, expected] of [
        [stream, 0],
        [newStream(), 'no_stream'],
      ] as const) {
        await expect(store().append(target, someEvents(1), expected)).rejects.toMatchObject({
          code: 'EVENT_STORE_UNAVAILABLE',
          name: 'Unavailable',
          cause: expect.anything(),
        });
      }
      await expect(store().ping()).rejects.toMatchObject({ code: 'EVENT_STORE_UNAVAILABLE' });
      await stores().harness.restore();
      await eventually(
        () =>
          store()
            .ping()
            .then(() => true),
        'the store to respond',
      );
      expect(await store().append(stream, someEvents(1), 0)).toMatchObject({ revision: 1 });
      expect(await readAll(store(), stream)).toHaveLength(2);
    });

    it('subscriptions resume when it is back, with no gap and no repeat', async () => {
      const stream = newStream();
      const events = someEvents(40);
      await store().append(stream, events.slice(0, 20), 'no_stream');
      const collector = new Collector(store());
      await collector.caughtUp;
      for (let n = 20; n < 40; n += 10) {
        await stores().harness.fail();
        await expect(store().append(newStream(), someEvents(1), 'any')).rejects.toThrow();
        await stores().harness.restore();
        await eventually(
          () =>
            store()
              .ping()
              .then(() => true),
          'the store to respond',
        );
        await store().append(stream, events.slice(n, n + 10), n - 1);
      }
      await collector.count(40);
      expect(collector.ids).toEqual(ids(events));
    });
  });

  describe('when the connection breaks', () => {
    withNetwork('in the middle of an append, the events are stored once and the append returns', async () => {
      const stream = newStream();
      for (let revision = 0; revision < 5; revision++) {
        await store().ping(); // so that the append's connection breaks, not the handshake of the next one
        const lost = stores().network.loseAnswer();
        const [result] = await Promise.all([
          store().append(stream, someEvents(1), revision === 0 ? 'no_stream' : revision - 1),
          lost,
        ]);
        expect(result.revision).toBe(revision);
      }
      expect(await readAll(store(), stream)).toHaveLength(5);
    });

    withNetwork('under load, every append returns and is stored once', async () => {
      const streams = Array.from({ length: 200 }, () => newStream());
      await store().ping();
      const lost = stores().network.loseAnswer();
      const appends = streams.map((stream) => store().append(stream, someEvents(2), 'no_stream'));
      const results = await Promise.allSettled(appends);
      await lost;
      const direct = await stores().openDirect();
      for (const [index, result] of results.entries()) {
        // Appends that were never sent may be refused; confirmed ones are stored, and none is stored twice.
        const stored = await readAll(direct, streams[index]!).catch(() => []);
        if (result.status === 'fulfilled') expect(stored).toHaveLength(2);
        else if (result.reason.code === 'EVENT_STORE_UNAVAILABLE') expect(stored).toHaveLength(0);
        else expect(result.reason).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      }
    });

    withNetwork(
      'and responses do not arrive, the outcome is unknown; repeated later it is the first result',
      async () => {
        const stream = newStream();
        await store().append(stream, someEvents(1), 'no_stream');
        stores().network.holdAnswers();
        const events = someEvents(2);
        await expect(store().append(stream, events, 0)).rejects.toMatchObject({
          code: 'OUTCOME_UNKNOWN',
          name: 'OutcomeUnknown',
          cause: expect.anything(),
        });
        await stores().harness.restore();
        const result = await eventually(() => store().append(stream, events, 0), 'the repeated append');
        expect(result.revision).toBe(2);
        expect(ids(await readAll(store(), stream)).slice(1)).toEqual(ids(events));
      },
    );

    withNetwork('reads are Unavailable, and work again when it is back', async () => {
      const stream = newStream();
      await store().append(stream, someEvents(3), 'no_stream');
      await stores().harness.fail();
      await expect(readAll(store(), stream)).rejects.toMatchObject({ code: 'EVENT_STORE_UNAVAILABLE' });
      await expect(store().head()).rejects.toMatchObject({ code: 'EVENT_STORE_UNAVAILABLE' });
      await stores().harness.restore();
      expect(await eventually(() => readAll(store(), stream))).toHaveLength(3);
    });

    withNetwork('subscriptions resume where they stopped, also amid a batch, and report the loss', async () => {
      const direct = await stores().openDirect();
      const stream = newStream();
      const events = someEvents(600);
      await direct.append(stream, events.slice(0, 300), 'no_stream');
      let cuts = 0;
      const collector = new Collector(store(), { batchSize: 20 }, async () => {
        if (cuts === 5) return;
        cuts++;
        await stores().harness.fail();
        await stores().harness.restore();
      });
      await collector.count(100);
      await direct.append(stream, events.slice(300), 299);
      await collector.count(600);
      expect(collector.ids).toEqual(ids(events));
      await waitFor(() => collector.errors.length > 0, 'an error to be reported');
      expect(collector.errors[0]).toMatchObject({ code: 'EVENT_STORE_UNAVAILABLE' });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { signal, waitFor } from '@tidemark/test-kit';
import type { TestStores } from './harness.js';
import { allocated } from './memory.js';
import { Collector, ids, newStream, oneEvent, someEvents } from './support.js';

export function subscriptionCases(stores: () => TestStores): void {
  const store = () => stores().store;

  describe('subscribe', () => {
    it('delivers stored events, then new ones, in the order of the log', async () => {
      const events = someEvents(600);
      for (let n = 0; n < 300; n += 3) await store().append(newStream(), events.slice(n, n + 3), 'no_stream');
      const collector = new Collector(store());
      await collector.caughtUp;
      expect(collector.events.length).toBe(300);
      await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          store().append(newStream(), events.slice(300 + n * 3, 303 + n * 3), 'no_stream'),
        ),
      );
      await collector.count(600);
      expect(collector.ids.toSorted()).toEqual(ids(events).toSorted());
      const positions = collector.events.map((event) => event.position);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(collector.timesCaughtUp).toBe(1);
    });

    it('delivers live events as they would be read', async () => {
      const collector = new Collector(store());
      await collector.caughtUp;
      const stream = newStream();
      await store().append(stream, [oneEvent({ a: [1, 'ß'] }), oneEvent(null)], 'no_stream');
      await collector.count(2);
      expect(collector.events).toEqual(await Array.fromAsync(store().read(stream)));
    });

    it('delivers the named categories only', async () => {
      const wanted = [newStream('job'), newStream('connection'), 'job'];
      for (const stream of [...wanted, newStream('jobs'), newStream('jo'), newStream('x')]) {
        await store().append(stream, someEvents(1), 'any');
      }
      const collector = new Collector(store(), { categories: ['job', 'connection'] });
      await collector.caughtUp;
      expect(collector.events.map((event) => event.stream)).toEqual(wanted);
      const live = newStream('connection');
      for (const stream of [newStream('other'), newStream('jobs'), live]) {
        await store().append(stream, someEvents(1), 'any');
      }
      await collector.count(4);
      expect(collector.events.at(-1)!.stream).toBe(live);
    });

    it('leaves system streams out unless their category is named', async () => {
      const system = newStream('$broker');
      const plain = newStream();
      await store().append(system, someEvents(1), 'no_stream');
      await store().append(plain, someEvents(1), 'no_stream');
      const [all, named] = [new Collector(store()), new Collector(store(), { categories: ['$broker'] })];
      await Promise.all([all.caughtUp, named.caughtUp]);
      await store().append(system, someEvents(1), 0);
      await store().append(plain, someEvents(1), 0);
      await Promise.all([all.count(2), named.count(2)]);
      expect(all.events.map((event) => event.stream)).toEqual([plain, plain]);
      expect(named.events.map((event) => event.stream)).toEqual([system, system]);
    });

    it('resumes after a position with no gap and no repeat, over restarts and while events keep arriving', async () => {
      const stream = newStream();
      const written = someEvents(900);
      const seen: string[] = [];
      let position = -1;
      for (let round = 0; round < 3; round++) {
        const writing = (async () => {
          for (let n = round * 300; n < round * 300 + 300; n += 10) {
            await store().append(stream, written.slice(n, n + 10), n === 0 ? 'no_stream' : n - 1);
          }
        })();
        const collector = new Collector(store(), { after: position, batchSize: 7 });
        await collector.count(100);
        await collector.subscription.stop();
        seen.push(...collector.ids);
        position = collector.subscription.position;
        await writing;
        await stores().reopen();
      }
      const rest = new Collector(store(), { after: position });
      await rest.count(900 - seen.length);
      expect([...seen, ...rest.ids]).toEqual(ids(written));
    });

    it('starts at the end on request', async () => {
      await store().append(newStream(), someEvents(3), 'any');
      const collector = new Collector(store(), { after: 'end' });
      await collector.caughtUp;
      const later = someEvents(1);
      await store().append(newStream(), later, 'any');
      await collector.count(1);
      expect(collector.ids).toEqual(ids(later));
    });

    it('delivers at most batchSize events at once', async () => {
      await store().append(newStream(), someEvents(25), 'any');
      const collector = new Collector(store(), { batchSize: 10 });
      await collector.caughtUp;
      await store().append(newStream(), someEvents(25), 'any');
      await collector.count(50);
      expect(Math.max(...collector.batches.map((batch) => batch.size))).toBeLessThanOrEqual(10);
      await collector.subscription.stop();
      expect(collector.subscription.position).toBeGreaterThanOrEqual(collector.events.at(-1)!.position);
    });

    it('waits for a slow handler without keeping events in memory or delaying others', async () => {
      const gate = signal();
      const slow = new Collector(store(), {}, () => gate.promise);
      let quick = 0;
      const other = store().subscribe({ after: -1 }, (events) => void (quick += events.length));
      const stream = newStream();
      const before = allocated();
      const count = 400;
      const padding = 'x'.repeat(100_000);
      try {
        for (let n = 0; n < count; n += 5) {
          const batch = Array.from({ length: 5 }, (_, i) => oneEvent({ n: n + i, padding: padding + (n + i) }));
          await store().append(stream, batch, n === 0 ? 'no_stream' : n - 1);
        }
        await waitFor(() => quick === count, 'the quick subscriber', { timeout: 30_000 });
        // Of 40,000,000 bytes written; memory that only awaits garbage collection is freed by itself.
        await waitFor(() => allocated() - before < 20_000_000, 'memory to be free', { interval: 100 });
      } finally {
        gate.resolve();
      }
      await waitFor(() => slow.events.length === count, 'the slow subscriber', { timeout: 30_000 });
      expect(slow.events.map((event) => event.revision)).toEqual([...Array(count).keys()]);
      await other.stop();
    });

    it.each([[{ categories: [] }], [{ after: 1.5 }], [{ batchSize: 0 }]])('refuses %j by name', (options) => {
      const [name] = Object.keys(options);
      expect(() => store().subscribe({ after: -1, ...options }, () => {})).toThrow(new RegExp(`^${name}: expected`));
    });

    it('ends when the handler throws, and reports why', async () => {
      await store().append(newStream(), someEvents(5), 'any');
      let batches = 0;
      const collector = new Collector(store(), { batchSize: 1 }, () => {
        if (++batches === 2) throw new Error('cannot handle this');
      });
      await collector.subscription.ended;
      expect(collector.errors).toEqual([new Error('cannot handle this')]);
      expect(collector.events).toHaveLength(1);
      expect(collector.subscription.position).toBe(collector.events.at(-1)!.position);
    });

    it('stops after the running handler, and delivers nothing more', async () => {
      const [entered, gate] = [signal(), signal()];
      const collector = new Collector(store(), { batchSize: 1 }, () => {
        entered.resolve();
        return gate.promise;
      });
      await store().append(newStream(), someEvents(3), 'any');
      await entered.promise;
      let stopped = false;
      const stopping = collector.subscription.stop().then(() => (stopped = true));
      await store().append(newStream(), someEvents(1), 'any');
      expect(stopped).toBe(false);
      gate.resolve();
      await stopping;
      await collector.subscription.ended;
      expect(collector.events).toHaveLength(1);
    });
  });

  describe('close', () => {
    it('stores earlier appends, ends subscriptions, and refuses every later call', async () => {
      const collector = new Collector(store());
      const stream = newStream();
      const appended = store().append(stream, someEvents(1), 'no_stream');
      const closed = store();
      await closed.close();
      await appended;
      await collector.subscription.ended;
      const unavailable = { code: 'EVENT_STORE_UNAVAILABLE' };
      await expect(closed.append(stream, someEvents(1), 'any')).rejects.toMatchObject(unavailable);
      await expect(Array.fromAsync(closed.read(stream))).rejects.toMatchObject(unavailable);
      await expect(closed.head()).rejects.toMatchObject(unavailable);
      expect(await Array.fromAsync((await stores().open()).read(stream))).toHaveLength(1);
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { signal } from '@tidemark/test-kit';
import { Retryable, Terminal, type DeadLetter, type Delivery } from '../port.js';
import { collecting, Collector, eachTest, work, WORKERS, type OpenWorld } from './world.js';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function consumeCases(open: OpenWorld): void {
  describe('a durable consumer', () => {
    const here = eachTest(open);

    /** The dead letters of the workers. */
    async function deadLetters(): Promise<Collector<Delivery<DeadLetter>>> {
      const { deliveries, take } = collecting();
      await here.broker.consume({ durable: 'dead', subject: 'tidemark.dead.>' }, take);
      return deliveries as Collector<Delivery<DeadLetter>>;
    }

    it('gets messages published before it existed, with headers', async () => {
      await here.broker.publish({ ...work('m1', { n: 1 }), headers: { 'ce-type': 'fetch', traceparent: 't' } });
      const { deliveries, take } = collecting();
      await here.broker.consume(WORKERS, take);
      const [delivery] = await deliveries.reach(1);
      expect(delivery).toMatchObject({
        ...{ subject: 'tidemark.work.runner.fetch', id: 'm1', data: { n: 1 } },
        headers: { 'ce-type': 'fetch', traceparent: 't' },
        deliveryCount: 1,
      });
    });

    it('gets only the subjects of its filter', async () => {
      const { deliveries, take } = collecting();
      await here.broker.consume({ ...WORKERS, subject: 'tidemark.work.*.Created' }, take);
      for (const subject of ['tidemark.work.job.Created', 'tidemark.work.job.Ended', 'tidemark.work.a.b.Created']) {
        await here.broker.publish(work(subject, {}, subject));
      }
      await here.broker.publish(work('last', {}, 'tidemark.work.connection.Created'));
      const got = await deliveries.reach(2);
      expect(got.map(({ subject }) => subject)).toEqual([
        'tidemark.work.job.Created',
        'tidemark.work.connection.Created',
      ]);
    });

    it('shares the messages of one name, and does not share those of two', async () => {
      const [shared, other] = [collecting(), collecting()];
      const options = { durable: 'shared', subject: 'tidemark.dead.>', concurrency: 1 };
      for (let i = 0; i < 2; i++) await here.broker.consume(options, shared.take);
      await here.broker.consume({ ...options, durable: 'other' }, other.take);
      const ids = Array.from({ length: 21 }, (_, i) => `m${i}`);
      for (const id of ids) await here.broker.publish(work(id, {}, 'tidemark.dead.some.one'));
      for (const { deliveries } of [shared, other]) {
        const got = await deliveries.reach(21);
        expect(new Set(got.map(({ id }) => id))).toEqual(new Set(ids));
      }
    });

    it('has its work to itself: a second durable for the same work is refused', async () => {
      await here.broker.consume(WORKERS, () => {});
      const second = { ...WORKERS, durable: 'others', subject: 'tidemark.work.*.fetch' };
      await expect(here.broker.consume(second, () => {})).rejects.toThrow(
        'subject: another durable already consumes work of tidemark.work.*.fetch; others cannot',
      );
    });

    it('gets a message again that was not acknowledged within the ack wait, with higher numbers', async () => {
      const { deliveries, take } = collecting();
      const release = signal();
      await here.broker.consume({ ...WORKERS, ackWaitMs: 100 }, async (delivery) => {
        take(delivery);
        if (delivery.deliveryCount === 1) await release.promise;
      });
      await here.broker.publish(work('m1'));
      const [first, second] = await deliveries.reach(2);
      expect([first!.deliveryCount, second!.deliveryCount]).toEqual([1, 2]);
      expect(second!.deliverySequence).toBeGreaterThan(first!.deliverySequence);
      release.resolve();
    });

    it('keeps a message as long as it is extended', async () => {
      const { deliveries, take } = collecting();
      await here.broker.consume({ ...WORKERS, ackWaitMs: 1_000 }, async (delivery) => {
        take(delivery);
        if (delivery.id !== 'slow') return;
        for (let i = 0; i < 6; i++) {
          await pause(250);
          await delivery.extend();
        }
        await here.broker.publish(work('sentinel'));
      });
      await here.broker.publish(work('slow'));
      const got = await deliveries.reach(2);
      expect(got.map(({ id }) => id)).toEqual(['slow', 'sentinel']);
    });

    it('gets a message again after the delay that Retryable names', async () => {
      const times = new Collector<number>();
      await here.broker.consume(WORKERS, ({ deliveryCount }) => {
        times.add(performance.now());
        if (deliveryCount === 1) throw new Retryable('not yet', 200);
      });
      await here.broker.publish(work('m1'));
      const [first, second] = await times.reach(2);
      expect(second! - first!).toBeGreaterThanOrEqual(195);
    });

    it('handles other messages while one waits for its delay', async () => {
      const { deliveries, take } = collecting();
      await here.broker.consume({ ...WORKERS, concurrency: 1 }, (delivery) => {
        take(delivery);
        if (delivery.id === 'later' && delivery.deliveryCount === 1) throw new Retryable('not yet', 300);
      });
      for (const id of ['later', 'a', 'b']) await here.broker.publish(work(id));
      const got = await deliveries.reach(4);
      expect(got.map(({ id }) => id)).toEqual(['later', 'a', 'b', 'later']);
    });

    it('files a dead letter with the reason when a handler throws Terminal', async () => {
      const dead = await deadLetters();
      await here.broker.consume(WORKERS, () => {
        throw new Terminal('no such connection');
      });
      await here.broker.publish({ ...work('m1', { n: 1 }), headers: { traceparent: 't' } });
      const [letter] = await dead.reach(1);
      expect(letter).toMatchObject({ subject: 'tidemark.dead.workers.default', headers: { traceparent: 't' } });
      expect(letter!.data).toEqual({
        ...{ subject: 'tidemark.work.runner.fetch', id: 'm1', data: { n: 1 }, headers: { traceparent: 't' } },
        ...{ durable: 'workers', deliveryCount: 1, reason: 'no such connection' },
      });
    });

    it('files a dead letter for the largest message allowed, with its data', async () => {
      const dead = await deadLetters();
      await here.broker.consume(WORKERS, () => {
        throw new Terminal('too much');
      });
      const data = 'x'.repeat(999_000);
      await here.broker.publish(work('m1', data));
      const [letter] = await dead.reach(1);
      expect(letter!.data.data === data).toBe(true);
    });

    it('files a dead letter after the last delivery', async () => {
      const dead = await deadLetters();
      const { deliveries, take } = collecting();
      await here.broker.consume({ ...WORKERS, maxDeliver: 3 }, (delivery) => {
        take(delivery);
        throw new Error('broken');
      });
      await here.broker.publish(work('m1'));
      const [letter] = await dead.reach(1);
      expect(letter!.data).toMatchObject({ deliveryCount: 3, reason: 'gave up after 3 deliveries: broken' });
      expect(deliveries.items.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 2, 3]);
    });

    it('files a dead letter when the last delivery was not acknowledged', async () => {
      const dead = await deadLetters();
      const never = signal();
      const running = await here.broker.consume({ ...WORKERS, maxDeliver: 2, ackWaitMs: 100 }, () => never.promise);
      await here.broker.publish(work('m1'));
      const [letter] = await dead.reach(1);
      expect(letter!.data.reason).toContain('gave up after 2 deliveries');
      never.resolve();
      await running.stop();
    });

    it('handles no more messages at once than its concurrency', async () => {
      const gate = signal();
      const full = signal();
      let inWork = 0;
      let most = 0;
      const { deliveries, take } = collecting();
      await here.broker.consume({ ...WORKERS, concurrency: 3 }, async (delivery) => {
        most = Math.max(most, ++inWork);
        if (inWork === 3) full.resolve();
        await gate.promise;
        inWork--;
        take(delivery);
      });
      for (let i = 0; i < 30; i++) await here.broker.publish(work(`m${i}`));
      await full.promise;
      gate.resolve();
      await deliveries.reach(30);
      expect(most).toBe(3);
    });

    it('finishes running messages when it stops, and a successor continues after it', async () => {
      const taken = signal();
      const release = signal();
      const running = await here.broker.consume({ ...WORKERS, concurrency: 1 }, async () => {
        taken.resolve();
        await release.promise;
      });
      for (const id of ['m1', 'm2']) await here.broker.publish(work(id));
      await taken.promise;
      const stopped = running.stop();
      release.resolve();
      await stopped;
      const { deliveries, take } = collecting();
      await here.broker.consume(WORKERS, take);
      await here.broker.publish(work('m3'));
      const got = await deliveries.reach(2);
      expect(got.map(({ id }) => id)).toEqual(['m2', 'm3']);
    });

    it('aborts messages still running at the drain deadline; a successor gets them with higher numbers', async () => {
      const taken = signal<Delivery>();
      const running = await here.broker.consume(WORKERS, async (delivery) => {
        taken.resolve(delivery);
        await new Promise((_, reject) => delivery.signal.addEventListener('abort', () => reject(new Error('aborted'))));
      });
      await here.broker.publish(work('m1'));
      const first = await taken.promise;
      await running.stop(20);
      expect(first.signal.aborted).toBe(true);
      const { deliveries, take } = collecting();
      await here.broker.consume(WORKERS, take);
      const [second] = await deliveries.reach(1);
      expect(second!.id).toBe('m1');
      expect(second!.deliveryCount).toBe(2);
      expect(second!.deliverySequence).toBeGreaterThan(first.deliverySequence);
    });

    it('resumes where it stopped after a restart of the process', async () => {
      const before = collecting();
      await here.broker.consume(WORKERS, before.take);
      for (let i = 0; i < 10; i++) await here.broker.publish(work(`a${i}`));
      await before.deliveries.reach(10);
      await here.world.restart();
      const after = collecting();
      await here.broker.consume(WORKERS, after.take);
      await here.broker.publish(work('b'));
      const [next] = await after.deliveries.reach(1);
      expect(next!.id).toBe('b');
      expect(next!.deliverySequence).toBeGreaterThan(before.deliveries.items.at(-1)!.deliverySequence);
    });

    it('uses the options of its last start, and still resumes where it stopped', async () => {
      const options = { durable: 'moving', subject: 'tidemark.work.a.*' };
      const before = collecting();
      const running = await here.broker.consume(options, before.take);
      await here.broker.publish(work('a1', {}, 'tidemark.work.a.X'));
      await before.deliveries.reach(1);
      await running.stop();
      const after = collecting();
      await here.broker.consume({ ...options, subject: 'tidemark.work.*.Y', ackWaitMs: 5_000 }, after.take);
      await here.broker.publish(work('a2', {}, 'tidemark.work.a.X'));
      await here.broker.publish(work('b1', {}, 'tidemark.work.b.Y'));
      expect((await after.deliveries.reach(1)).map(({ id }) => id)).toEqual(['b1']);
    });

    it.each([
      [{ durable: 'a.b' }, /^durable: /],
      [{ subject: 'tidemark.beat.>' }, /^subject: /],
      [{ subject: 'tidemark.evt.>' }, /^subject: /],
      [{ shareOf: () => 'a' }, /^maxDeliver: /],
      [{ subject: 'tidemark.>' }, /^subject: /],
      [{ concurrency: 0 }, /^concurrency: /],
      [{ ackWaitMs: 0 }, /^ackWaitMs: /],
      [{ maxDeliver: 0 }, /^maxDeliver: /],
      [{ backoffMs: [] }, /^backoffMs: /],
    ])('refuses %j', async (wrong, text) => {
      await expect(here.broker.consume({ ...WORKERS, ...wrong }, () => {})).rejects.toThrow(text);
    });
  });
}

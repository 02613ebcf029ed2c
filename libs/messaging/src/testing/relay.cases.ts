import { describe, expect, it } from '@jest/globals';
import { signal } from '@tidemark/test-kit';
import { BrokerUnavailable } from '../errors.js';
import type { Broker, Delivery } from '../port.js';
import {
  appendNumbers,
  collecting,
  Collector,
  COUNTED,
  eachTest,
  lettersOf,
  relayed,
  work,
  WORKERS,
  type OpenWorld,
} from './world.js';

const COUNTER = { durable: 'counter', subject: COUNTED, concurrency: 1 };
const numberOf = (delivery: Delivery) => (delivery.data as { n: number }).n;
const upTo = (end: number) => Array.from({ length: end }, (_, n) => n);

export function relayCases(open: OpenWorld): void {
  describe('a relay', () => {
    const here = eachTest(open);

    /** One at a time, so that the order seen is the order stored. */
    async function counting(): Promise<Collector<number>> {
      const numbers = new Collector<number>();
      await here.broker.consume(COUNTER, (delivery) => numbers.add(numberOf(delivery)));
      return numbers;
    }

    it('publishes the mapped messages of every event, in order', async () => {
      const numbers = await counting();
      const evens = new Collector<number>();
      await here.broker.consume({ ...WORKERS, concurrency: 1 }, (delivery) => evens.add(numberOf(delivery)));
      await appendNumbers(here.world.log, 0, 150);
      await here.broker.relay(relayed(here.world.log));
      await appendNumbers(here.world.log, 150, 1_200);
      expect(await numbers.reach(1_200)).toEqual(upTo(1_200));
      expect(await evens.reach(600)).toEqual(upTo(600).map((n) => n * 2));
    });

    it('resumes after a restart where it stopped, without loss and in order', async () => {
      const before = await counting();
      await here.broker.relay(relayed(here.world.log));
      await appendNumbers(here.world.log, 0, 300);
      await before.reach(300);
      await here.world.restart();
      await appendNumbers(here.world.log, 300, 500);
      const after = await counting();
      const mapped: number[] = [];
      const options = relayed(here.world.log);
      await here.broker.relay({
        ...options,
        map: (event) => {
          mapped.push((event.data as { n: number }).n);
          return options.map(event);
        },
      });
      expect(await after.reach(200)).toEqual(upTo(500).slice(300));
      expect(Math.min(...mapped)).toBe(300);
    });

    it('delivers everything from the start to a later consumer', async () => {
      const { deliveries, take } = collecting();
      await here.broker.consume({ ...WORKERS, concurrency: 1 }, take);
      await here.broker.relay(relayed(here.world.log));
      await appendNumbers(here.world.log, 0, 250);
      await deliveries.reach(125);
      const late = await counting();
      await appendNumbers(here.world.log, 250, 300);
      expect(await late.reach(300)).toEqual(upTo(300));
    });

    it('stores messages once when two of one name run side by side', async () => {
      const numbers = await counting();
      await here.broker.relay(relayed(here.world.log));
      await here.broker.relay(relayed(here.world.log));
      await appendNumbers(here.world.log, 0, 300);
      await numbers.reach(300);
      await here.broker.publish(work('last', { n: -1 }, COUNTED));
      expect(await numbers.reach(301)).toEqual([...upTo(300), -1]);
    });

    it('sets an event aside that cannot be mapped, relays the rest, and tries again when an operator asks', async () => {
      const numbers = await counting();
      let isRepaired = false;
      const options = relayed(here.world.log);
      const map: typeof options.map = (event) => {
        if ((event.data as { n: number }).n === 120 && !isRepaired) throw new Error('cannot map');
        return options.map(event);
      };
      await here.broker.relay({ ...options, map });
      await appendNumbers(here.world.log, 0, 200);
      const others = upTo(200).filter((n) => n !== 120);
      expect(await numbers.reach(199)).toEqual(others);
      const [letter] = await lettersOf(here.broker, 'default', 1);
      expect(letter).toMatchObject({
        ...{ durable: 'relay-numbers', reason: 'cannot map' },
        data: { stream: 'number-100', revision: 20, type: 'Counted' },
      });
      isRepaired = true;
      expect(await here.broker.deadLetters.redrive('default', letter!.key)).toBe(true);
      expect(await numbers.reach(200)).toEqual([...others, 120]);
    });

    it('files one letter for an event, however often it meets it again', async () => {
      const numbers = await counting();
      const options = relayed(here.world.log);
      const map: typeof options.map = (event) => {
        if ((event.data as { n: number }).n === 1) throw new Error('cannot map');
        return options.map(event);
      };
      await here.broker.relay({ ...options, map });
      await appendNumbers(here.world.log, 0, 3);
      await numbers.reach(2);
      await lettersOf(here.broker, 'default', 1);
      await here.world.restart();
      const after = await counting();
      await here.broker.relay({ ...options, source: here.world.log, map });
      await appendNumbers(here.world.log, 3, 5);
      await after.reach(2);
      expect(await here.broker.deadLetters.count()).toBe(1);
    });

    it('reaches listeners', async () => {
      const heard = new Collector<unknown>();
      await here.broker.relay(relayed(here.world.log));
      await here.broker.listen('tidemark.evt.number.*', ({ data }) => heard.add(data));
      await appendNumbers(here.world.log, 0, 3);
      expect(await heard.reach(3)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    });

    it('does not let a stuck consumer hold up the others', async () => {
      const release = signal();
      const slow = new Collector<number>();
      await here.broker.consume({ ...WORKERS, concurrency: 1 }, async (delivery) => {
        await release.promise;
        slow.add(numberOf(delivery));
      });
      const quick = await counting();
      await here.broker.relay(relayed(here.world.log));
      await appendNumbers(here.world.log, 0, 5_000);
      expect(await quick.reach(5_000)).toEqual(upTo(5_000));
      expect(slow.items).toEqual([]);
      release.resolve();
      expect(await slow.reach(2_500)).toEqual(upTo(2_500).map((n) => n * 2));
    });
  });

  describe('when the storage goes away and returns', () => {
    const here = eachTest(open);

    it('loses no message published or relayed meanwhile', async () => {
      const total = 2_000;
      const seen = new Set<number>();
      const all = signal();
      const start = async (broker: Broker) => {
        await broker.consume({ ...WORKERS, ackWaitMs: 1_000, maxDeliver: -1 }, (delivery) => {
          seen.add(numberOf(delivery));
          if (seen.size === total) all.resolve();
        });
        await broker.relay(relayed(here.world.log));
      };
      await start(here.broker);
      const half = signal();
      const publishing = publishOdds(() => here.broker, total, half.resolve);
      const appending = appendEvens(() => here.world.log, total);
      await half.promise;
      if (await here.world.interrupt()) await start(here.broker);
      await Promise.all([publishing, appending]);
      await all.promise;
      expect(seen.size).toBe(total);
    });
  });
}

/** The odd numbers, each repeated until the broker confirms that it is stored. */
async function publishOdds(broker: () => Broker, end: number, halfWay: () => void): Promise<void> {
  for (let n = 1; n < end; n += 2) {
    if (n > end / 2) halfWay();
    await insist(
      () => broker().publish(work(`odd-${n}`, { n })),
      (error) => error instanceof BrokerUnavailable,
    );
  }
}

/** The even numbers, as events that the relay turns into work. */
async function appendEvens(log: () => Parameters<typeof appendNumbers>[0], end: number): Promise<void> {
  for (let n = 0; n < end; n += 2) {
    const event = { id: crypto.randomUUID(), type: 'Counted', data: { n }, metadata: {} };
    await insist(
      () => log().append(`number-${n}`, [event], 'no_stream'),
      (error) => ['Unavailable', 'OutcomeUnknown'].includes((error as Error).name),
    );
  }
}

async function insist(action: () => Promise<unknown>, isPassing: (error: unknown) => boolean): Promise<void> {
  for (;;) {
    try {
      return void (await action());
    } catch (error) {
      if (!isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

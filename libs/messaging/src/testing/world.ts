import { afterEach, beforeEach, expect } from '@jest/globals';
import { type EventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { eventually, signal } from '@tidemark/test-kit';
import type { Broker, ConsumeOptions, Delivery, FiledLetter, OutgoingMessage, RelayOptions } from '../port.js';

/** A broker for one test, with the log that its relays read, on storage of its own. */
export interface BrokerWorld {
  readonly broker: Broker;
  readonly log: EventStore;
  /** Simulates a clean restart of the process: `broker` and `log` are new ones on the old storage. */
  restart(): Promise<void>;
  /**
   * The storage goes away while the broker uses it, and returns. Where it lives in the broker's process, that is the
   * end of both: then it returns true, `broker` and `log` are new ones, and consumers have to be started again.
   */
  interrupt(): Promise<boolean>;
  /** The errors that the brokers' `onError` received. */
  readonly errors: readonly Error[];
  close(): Promise<void>;
}

export type OpenWorld = () => Promise<BrokerWorld>;

/** Errors that the tests throw themselves, and those expected of a storage that went away. */
const EXPECTED =
  /^(broken|oops|aborted|a bad listener|.* was set aside as a dead letter .*|the connection to NATS was lost|NATS cannot be reached.*)$/;

/** The world of the running test, opened before it and closed after it. */
export function eachTest(open: OpenWorld): { readonly world: BrokerWorld; readonly broker: Broker } {
  let world: BrokerWorld;
  beforeEach(async () => void (world = await open()));
  afterEach(async () => {
    await world.close();
    expect(world.errors.filter(({ message }) => !EXPECTED.test(message))).toEqual([]);
  });
  return {
    get world() {
      return world;
    },
    get broker() {
      return world.broker;
    },
  };
}

export function work(id: string, data: unknown = { id }, subject = 'tidemark.work.runner.fetch'): OutgoingMessage {
  return { subject, id, data };
}

export const WORKERS: ConsumeOptions = { durable: 'workers', subject: 'tidemark.work.runner.*', backoffMs: [1] };

/** Work that `relayed` makes of every number. */
export const COUNTED = 'tidemark.work.counter.count';

/** Events that `relayed` turns into messages. */
export async function appendNumbers(log: EventStore, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 100) {
    const numbers = Array.from({ length: Math.min(100, to - i) }, (_, k) => i + k);
    const events = numbers.map((n) => ({ id: uuidv7(), type: 'Counted', data: { n }, metadata: {} }));
    await log.append(`number-${i}`, events, 'no_stream');
  }
}

/** Relays every number as work and as an event, the even ones as further work. */
export function relayed(source: EventStore): RelayOptions {
  return {
    name: 'numbers',
    source,
    categories: ['number'],
    map: ({ id, data }) => {
      const { n } = data as { n: number };
      const event = { subject: 'tidemark.evt.number.Counted', id, data: { n } };
      const messages = [event, { subject: COUNTED, id: `${id}:counted`, data: { n } }];
      return n % 2 ? messages : [...messages, { subject: 'tidemark.work.runner.count', id: `${id}:work`, data: { n } }];
    },
  };
}

/** Collects messages, and resolves when the expected number has arrived. */
export class Collector<T> {
  readonly items: T[] = [];
  #waiting: { count: number; done: PromiseWithResolvers<void> }[] = [];

  readonly add = (item: T): void => {
    this.items.push(item);
    for (const { done } of this.#waiting.filter(({ count }) => this.items.length >= count)) done.resolve();
    this.#waiting = this.#waiting.filter(({ count }) => this.items.length < count);
  };

  async reach(count: number): Promise<readonly T[]> {
    if (this.items.length < count) {
      const done = signal();
      this.#waiting.push({ count, done });
      await done.promise;
    }
    return this.items;
  }
}

/** A consumer that collects its deliveries and acknowledges them. */
export function collecting(): { deliveries: Collector<Delivery>; take: (delivery: Delivery) => void } {
  const deliveries = new Collector<Delivery>();
  return { deliveries, take: deliveries.add };
}

/** The first dead letters of a tenant, when there are that many. */
export async function lettersOf(broker: Broker, tenant: string, count: number): Promise<readonly FiledLetter[]> {
  return eventually(async () => {
    const letters = await broker.deadLetters.list(tenant, { limit: 100 });
    return letters.length >= count && letters;
  }, `${count} dead letters of ${tenant}`);
}

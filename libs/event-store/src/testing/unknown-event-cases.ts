import { beforeEach, describe, expect, it } from '@jest/globals';
import { stream } from '@tidemark/contracts';
import { uuidv7 } from '@tidemark/foundation';
import { AggregateStore } from '../decider/aggregate-store.js';
import type { Decider } from '../decider/decider.js';
import type { TestStores } from './harness.js';
import { oneEvent, readAll } from './support.js';

interface Counted {
  readonly type: 'Counted';
  readonly data: { readonly sum: number };
}

const counterStream = stream<Counted>('counter', { Counted: true });

/** Fails on anything other than `Counted`. */
const counter: Decider<number, number, Counted> = {
  initialState: () => 0,
  evolve: (_, { data: { sum } }) => {
    if (!Number.isInteger(sum)) throw new TypeError('the counter received an unknown event');
    return sum;
  },
  decide: (add, sum) => (add === 0 ? [] : [{ type: 'Counted', data: { sum: sum + add } }]),
};

const unknown = [
  ['of another type', () => oneEvent({}, 'Doubled')],
  ['without data', () => oneEvent(null, 'Doubled')],
  ['of a newer shape', () => oneEvent({ version: 2, sums: [1] }, 'Counted')],
] as const;

/** Aggregates skip events of later versions of the program. */
export function unknownEventCases(stores: () => TestStores): void {
  describe.each(unknown)('an aggregate whose stream has an event %s', (_, create) => {
    let id: string;
    beforeEach(() => {
      id = uuidv7();
    });

    const counters = (isWhole?: () => boolean) =>
      new AggregateStore(stores().store, counterStream, counter, { ...(isWhole && { isWhole }) });
    const append = (revision: number) =>
      stores().store.append(counterStream.of(id), [create()], revision === -1 ? 'no_stream' : revision);

    it('is loaded as if it were not there, at its revision', async () => {
      await counters().handle(id, 5);
      const { position } = await append(0);
      expect(await counters().load(id)).toEqual({ state: 5, revision: 1, position });
      expect(await counters().load(id, { atRevision: 0 })).toMatchObject({ state: 5, revision: 0 });
      expect(await counters(() => true).load(id)).toEqual({ state: 5, revision: 1, position });
    });

    it('accepts commands, whether it was in memory or not', async () => {
      const remembered = counters();
      await remembered.handle(id, 5);
      await append(0);
      expect(await remembered.handle(id, 1)).toMatchObject({ state: 6, revision: 2 });
      await append(2);
      expect(await remembered.handle(id, 0)).toMatchObject({ state: 6, revision: 3, events: [] });
      expect(await counters().handle(id, 1)).toMatchObject({ state: 7, revision: 4 });
      expect(await counters(() => true).handle(id, 1)).toMatchObject({ state: 8, revision: 5 });
      const stored = await readAll(stores().store, counterStream.of(id));
      expect(stored.map((event) => counterStream.read(event)?.data.sum)).toEqual([5, undefined, 6, undefined, 7, 8]);
    });

    it('begins after it when it is the first', async () => {
      await append(-1);
      expect(await counters().load(id)).toMatchObject({ state: 0, revision: 0 });
      expect(await counters().handle(id, 5, { isNew: true })).toMatchObject({ state: 5, revision: 1 });
    });
  });
}

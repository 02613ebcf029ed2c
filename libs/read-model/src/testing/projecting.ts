import { SqliteEventStore, type EventStore, type NewEvent } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { eventually, temporaryFolder } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Projection, ReadModel } from '../port.js';
import { Projector } from '../projector.js';
import type { ReadModelHome } from './home.js';
import { tasks, type Task } from './tasks.js';

/** An empty event store, and how to delete it. */
export interface EventStoreHome {
  readonly eventStore: EventStore;
  remove(): Promise<void>;
}

/** The cases that the projector must pass on a read model and an event store. */
export function describeProjector(
  home: () => Promise<ReadModelHome>,
  log: () => Promise<EventStoreHome> = embedded,
): void {
  describe('a projector', () => {
    let place: ReadModelHome;
    let model: ReadModel;
    let source: EventStoreHome;
    let eventStore: EventStore;
    let errors: string[];
    let running: Projector[];

    beforeEach(async () => {
      place = await home();
      model = place.open();
      source = await log();
      eventStore = source.eventStore;
      errors = [];
      running = [];
    });
    afterEach(async () => {
      await Promise.all(running.map((projector) => projector.stop()));
      await source.remove();
      await place.remove();
    });

    const projector = (projections: readonly Projection<Task>[] = [tasks], on = model): Projector => {
      const onError = (error: Error, name: string): unknown => errors.push(`${name}: ${error.message}`);
      running.push(new Projector({ eventStore, readModel: on, projections, onError }));
      return running.at(-1)!;
    };
    const create = async (id: string): Promise<number> =>
      (await eventStore.append(`task-${id}`, [event('Created', { tenant: 'n', title: id, priority: 1 })], 'no_stream'))
        .position;
    const change = async (id: string): Promise<number> =>
      (await eventStore.append(`task-${id}`, [event('Changed', { done: true })], 'any')).position;
    const createMany = async (count: number, prefix: string): Promise<number> =>
      Math.max(...(await Promise.all(Array.from({ length: count }, (_, number) => create(`${prefix}${number}`)))));

    it('builds a view from the first event, then keeps it up to date', async () => {
      await createMany(30, 'early');
      const one = projector();
      one.start();
      await one.caughtUp('tasks', await eventStore.head());
      expect(await model.view(tasks).count()).toBe(30);
      await one.caughtUp('tasks', await create('late'));
      expect(await model.view(tasks).get('late')).toMatchObject({ title: 'late', changes: 0 });
      await one.caughtUp('tasks', await change('late'));
      expect(await model.view(tasks).get('late')).toMatchObject({ done: true, changes: 1 });
      expect(one.position('tasks')).toBe(await eventStore.head());
      expect(errors).toEqual([]);
    });

    it('resumes after a restart where it stopped, without folding an event twice', async () => {
      const first = projector();
      first.start();
      await create('a');
      await first.caughtUp('tasks', await change('a'));
      await first.stop();
      await change('a');
      const seen: number[] = [];
      const counted: typeof tasks = {
        ...tasks,
        evolve: (...args) => (seen.push(args[1].revision), tasks.evolve(...args)),
      };
      const reopened = place.open();
      const second = projector([counted], reopened);
      second.start();
      await second.caughtUp('tasks', await eventStore.head());
      expect(seen).toEqual([2]);
      expect(await reopened.view(tasks).get('a')).toMatchObject({ changes: 2 });
    });

    it('moves past events of other categories', async () => {
      const one = projector();
      one.start();
      const { position } = await eventStore.append('other-1', [event('Created', {})], 'no_stream');
      await one.caughtUp('tasks', position);
      expect(await model.view(tasks).count()).toBe(0);
    });

    it('rebuilds beside the live view and swaps while events keep arriving', async () => {
      await createMany(60, 'a');
      const one = projector();
      one.start();
      await one.caughtUp('tasks', await eventStore.head());
      let rebuilding = true;
      const totals: number[] = [];
      const positions: number[] = [];
      const writing = (async () => {
        for (let number = 0; rebuilding; number += 1) {
          await create(`b${number}`);
          const { total, asOf } = await model.view(tasks).query({ perPage: 1 });
          totals.push(total);
          positions.push(asOf);
        }
      })();
      const result = await one.rebuild('tasks');
      rebuilding = false;
      await writing;
      const written = totals.length;
      await one.caughtUp('tasks', await eventStore.head());
      expect(await model.view(tasks).count()).toBe(60 + written);
      expect(Math.min(...totals)).toBeGreaterThanOrEqual(60);
      expect(totals).toEqual(totals.toSorted((a, b) => a - b));
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(result.events).toBeGreaterThanOrEqual(60);
      expect(result.documents).toBeGreaterThanOrEqual(60);
      expect(errors).toEqual([]);
    });

    it('repairs a damaged view by a rebuild, also when several callers request it at once', async () => {
      await createMany(5, 'a');
      const damaged = await model.begin(tasks);
      await damaged.apply([], await eventStore.head());
      await model.swap(tasks, damaged);
      const one = projector();
      one.start();
      await one.caughtUp('tasks', await eventStore.head());
      expect(await model.view(tasks).count()).toBe(0);
      const [first, second] = await Promise.all([one.rebuild('tasks'), one.rebuild('tasks')]);
      expect(first).toBe(second);
      expect(first).toMatchObject({ events: 5, documents: 5 });
      expect(await model.view(tasks).count()).toBe(5);
    });

    it('rebuilds without having been started, as a command line does', async () => {
      await createMany(4, 'a');
      expect(await projector().rebuild('tasks')).toMatchObject({ events: 4, documents: 4 });
      expect(await model.view(tasks).count()).toBe(4);
    });

    it('builds a new version beside the old one, which serves readers until then', async () => {
      await createMany(20, 'a');
      const old = projector();
      old.start();
      await old.caughtUp('tasks', await eventStore.head());
      await old.stop();
      const hold = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const shouted: typeof tasks = {
        ...tasks,
        version: 2,
        evolve: (...args) => {
          const task = tasks.evolve(...args);
          return task && { ...task, title: task.title.toUpperCase() };
        },
      };
      const slow = heldBack(model, begun.resolve, hold.promise);
      const next = projector([shouted], slow);
      next.start();
      await begun.promise;
      expect(await model.view(shouted).get('a0')).toMatchObject({ title: 'a0' });
      expect(next.position('tasks')).toBe(-1);
      hold.resolve();
      await next.caughtUp('tasks', await eventStore.head());
      expect(await model.view(shouted).get('a0')).toMatchObject({ title: 'A0' });
      expect(await model.view(shouted).count()).toBe(20);
    });

    it('leaves a view to a newer version that takes it over, and does not take it back', async () => {
      await createMany(3, 'a');
      const old = projector();
      old.start();
      await old.caughtUp('tasks', await eventStore.head());
      const next = { ...tasks, version: 2 };
      const other = place.open();
      const newer = projector([next], other);
      newer.start();
      await newer.caughtUp('tasks', await create('b'));
      await newer.caughtUp('tasks', await create('c'));
      await eventually(() => errors.some((text) => text.includes('version 2 took over from version 1')));
      expect(await model.liveVersion(tasks)).toBe(2);
      expect(await other.view(next).count()).toBe(5);
    });

    it('shares a view with another projector', async () => {
      await createMany(25, 'a');
      const pair = [projector(), projector([tasks], place.open())];
      for (const one of pair) one.start();
      await createMany(25, 'b');
      for (let number = 0; number < 10; number += 1) await change(`a${number}`);
      for (const one of pair) await one.caughtUp('tasks', await eventStore.head());
      await pair[0]!.rebuild('tasks');
      const last = await change('a0');
      for (const one of pair) await one.caughtUp('tasks', last);
      await Promise.all(pair.map((one) => one.stop()));
      const reader = place.open().view(tasks);
      expect(await reader.count()).toBe(50);
      expect(await reader.get('a0')).toMatchObject({ changes: 2 });
      expect(await reader.get('a9')).toMatchObject({ changes: 1 });
    });

    it('reports a fold that throws, holds up no other view, and continues when it is fixed', async () => {
      let broken = true;
      const fragile: typeof tasks = {
        ...tasks,
        name: 'fragile',
        evolve: (...args) => {
          if (broken && args[1].stream === 'task-b') throw new Error('cannot fold this');
          return tasks.evolve(...args);
        },
      };
      const both = projector([fragile, tasks]);
      both.start();
      await both.caughtUp('fragile', await create('a'));
      await create('b');
      await both.caughtUp('tasks', await create('c'));
      await eventually(() => errors.includes('fragile: cannot fold this'));
      expect(await model.view(tasks).count()).toBe(3);
      broken = false;
      await both.caughtUp('fragile', await eventStore.head());
      expect(await model.view(fragile).count()).toBe(3);
    });

    it('rebuilds when the view is ahead of the log', async () => {
      await createMany(2, 'a');
      const foreign = await model.begin(tasks);
      await foreign.apply([], 2 ** 50);
      await model.swap(tasks, foreign);
      const one = projector();
      one.start();
      await eventually(async () => (await model.view(tasks).count()) === 2);
      expect(errors.join()).toMatch(/tasks: is at position 1125899906842624 of a log that ends at \d+; rebuilding/);
    });

    it('rejects waiting callers when it is stopped, and stops at once while it is idle', async () => {
      const one = projector();
      one.start();
      await one.caughtUp('tasks', await create('a'));
      const waiting = expect(one.caughtUp('tasks', Number.MAX_SAFE_INTEGER)).rejects.toThrow(
        'tasks: the projector was stopped',
      );
      await one.stop();
      await waiting;
      await expect(one.rebuild('tasks')).rejects.toThrow('tasks: the projector was stopped');
      await expect(one.caughtUp('tasks', 0)).rejects.toThrow('stopped');
    });

    it('refuses two projections of one name, and names it does not know', () => {
      expect(() => projector([tasks, { ...tasks }])).toThrow('two projections are named "tasks"');
      expect(() => projector().position('nope')).toThrow('no projection is named "nope"; there are tasks');
    });
  });
}

async function embedded(): Promise<EventStoreHome> {
  const folder = await temporaryFolder();
  const eventStore = new SqliteEventStore(folder.join('events.db'));
  const remove = async (): Promise<void> => {
    await eventStore.close();
    await folder.remove();
  };
  return { eventStore, remove };
}

function event(type: string, data: object): NewEvent {
  return { id: uuidv7(), type, data, metadata: {} };
}

/** The same read model with delayed swaps: a slow rebuild. */
function heldBack(model: ReadModel, begun: () => void, go: Promise<void>): ReadModel {
  return new Proxy(model, {
    get(target, property) {
      if (property === 'swap') {
        return async (...args: Parameters<ReadModel['swap']>) => {
          begun();
          await go;
          await target.swap(...args);
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

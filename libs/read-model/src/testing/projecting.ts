import type { EventStore } from '@tidemark/event-store';
import { Conditions, sleep } from '@tidemark/foundation';
import { eventually } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Projection, ReadModel } from '../port.js';
import { Projector } from '../projector.js';
import { embeddedEventStore, type EventStoreHome } from './event-store-home.js';
import { heldBack } from './held-back.js';
import type { ReadModelHome } from './home.js';
import { event, taskWriter } from './task-writer.js';
import { tasks, type Task } from './tasks.js';

/** The cases that the projector must pass on a read model and an event store. */
export function describeProjector(
  home: () => Promise<ReadModelHome>,
  log: () => Promise<EventStoreHome> = embeddedEventStore,
): void {
  describe('a projector', () => {
    let place: ReadModelHome;
    let model: ReadModel;
    let source: EventStoreHome;
    let eventStore: EventStore;
    let errors: string[];
    let conditions: Conditions;
    let running: Projector[];

    beforeEach(async () => {
      place = await home();
      model = place.open();
      source = await log();
      eventStore = source.eventStore;
      errors = [];
      conditions = new Conditions();
      running = [];
    });
    afterEach(async () => {
      await Promise.all(running.map((projector) => projector.stop()));
      await source.remove();
      await place.remove();
    });

    const projector = (
      projections: readonly Projection<Task>[] = [tasks],
      on = model,
      checkEveryMs?: number,
    ): Projector => {
      const onError = (error: Error, name: string): unknown => errors.push(`${name}: ${error.message}`);
      running.push(new Projector({ eventStore, readModel: on, projections, onError, conditions, checkEveryMs }));
      return running.at(-1)!;
    };
    const { create, change, createMany } = taskWriter(() => eventStore);

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

    it('sets an event aside that a fold throws on, for its document alone, until a check by a fixed fold', async () => {
      const fragile: typeof tasks = {
        ...tasks,
        evolve: (...args) => {
          if (args[1].stream === 'task-b' && args[1].type === 'Changed') throw new Error('cannot fold this');
          return tasks.evolve(...args);
        },
      };
      const one = projector([fragile]);
      one.start();
      await create('a');
      await create('b');
      await change('b');
      await one.caughtUp('tasks', await change('a'));
      expect(await model.view(tasks).get('a')).toMatchObject({ done: true });
      expect(await model.view(tasks).get('b')).toMatchObject({ done: false, changes: 0 });
      const [condition] = conditions.list();
      expect(condition).toMatchObject({ subject: 'events of view tasks', severity: 'degraded' });
      expect(condition!.detail).toMatch(
        /^1 could .* first: Changed of task-b \(revision 1\), document b: cannot fold this/,
      );
      await one.check('tasks');
      expect(conditions.list()).toHaveLength(1);
      await one.stop();
      const upgraded = projector();
      upgraded.start();
      expect(await upgraded.check('tasks')).toEqual({ documents: 2, repaired: 1 });
      expect(await model.view(tasks).get('b')).toMatchObject({ done: true, changes: 1 });
    });

    it('sets an event aside whose documents cannot be determined, and follows the rest', async () => {
      const fragile: typeof tasks = {
        ...tasks,
        keys: (event) => {
          if (event.stream === 'task-b') throw new Error('no keys');
          return tasks.keys(event);
        },
      };
      const one = projector([fragile]);
      one.start();
      await create('b');
      await one.caughtUp('tasks', await create('a'));
      expect(await model.view(tasks).count()).toBe(1);
      expect(conditions.list()[0]!.detail).toContain('Created of task-b (revision 0): no keys');
    });

    it('finds documents that differ from their events, and repairs them in the live view', async () => {
      await createMany(8, 'a');
      for (const id of ['a1', 'a2', 'a3', 'a4']) await change(id);
      await eventStore.append('task-a5', [event('Removed', {})], 'any');
      const wrong: typeof tasks = {
        ...tasks,
        evolve: (task, made, key) => {
          if (key === 'a0') return null; // missing
          if (key === 'a1' && made.type === 'Changed') return task; // an older state at the later position
          if (key === 'a2') return { ...tasks.evolve(task, made, key)!, title: 'something else' };
          return tasks.evolve(task, made, key);
        },
      };
      const damaged = projector([wrong]);
      damaged.start();
      await damaged.caughtUp('tasks', await eventStore.head());
      await damaged.stop();
      const one = projector([tasks], place.open());
      one.start();
      expect(await one.check('tasks')).toEqual({ documents: 7, repaired: 3 });
      expect(conditions.list()).toMatchObject([
        { subject: 'documents of view tasks', detail: expect.stringMatching(/^3 of 7 differed/) },
      ]);
      const reader = place.open().view(tasks);
      expect(await reader.count()).toBe(7);
      expect(await reader.get('a0')).toMatchObject({ title: 'a0' });
      expect(await reader.get('a1')).toMatchObject({ changes: 1, done: true });
      expect((await reader.query({ where: { tenant: 'n', done: true } })).total).toBe(4);
      expect(await reader.get('a2')).toMatchObject({ title: 'a2' });
      await one.caughtUp('tasks', await change('a0'));
      expect(await one.check('tasks')).toEqual({ documents: 7, repaired: 0 });
      expect(conditions.list()).toEqual([]);
      expect(errors).toEqual([]);
    });

    it('repairs nothing that is right while events keep arriving and another projector runs', async () => {
      await createMany(20, 'a');
      const pair = [projector(), projector([tasks], place.open())];
      for (const one of pair) one.start();
      let checking = true;
      const writing = (async () => {
        for (let number = 0; checking; number += 1) {
          await create(`b${number}`);
          await change(`a${number % 20}`);
          if (number % 3 === 0) await eventStore.append(`task-b${number}`, [event('Removed', {})], 'any');
          await sleep(20); // no faster than a slow server follows
        }
      })();
      const results = [await pair[0]!.check('tasks'), await pair[1]!.check('tasks')];
      checking = false;
      await writing;
      expect(results.map(({ repaired }) => repaired)).toEqual([0, 0]);
      for (const one of pair) await one.caughtUp('tasks', await eventStore.head());
    });

    it('checks its views from time to time by itself', async () => {
      await createMany(2, 'a');
      const damaged = await model.begin(tasks);
      await damaged.apply([], await eventStore.head());
      await model.swap(tasks, damaged);
      const subjects: string[] = [];
      conditions = new Conditions({ onChange: ({ subject }, change) => subjects.push(`${subject} ${change}`) });
      projector([tasks], model, 20).start();
      await eventually(() => subjects.includes('documents of view tasks cleared'));
      expect(subjects[0]).toBe('documents of view tasks raised');
      expect(await model.view(tasks).count()).toBe(2);
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

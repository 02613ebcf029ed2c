import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GenerationDropped, type Generation, type ReadModel } from '../port.js';
import type { ReadModelHome } from './home.js';
import { busyLog, folded, TaskLog, tasks, type Task } from './tasks.js';

export function describeFolding(home: () => Promise<ReadModelHome>): void {
  describe('folding', () => {
    let place: ReadModelHome;
    let model: ReadModel;
    let generation: Generation;

    beforeEach(async () => {
      place = await home();
      model = place.open();
      generation = await goLive(model);
    });
    afterEach(() => place.remove());

    const all = async (of = model): Promise<Map<string, Task>> => {
      const { data } = await of.view(tasks).query({ perPage: 1000 });
      return new Map(data.map((task) => [task.id, task]));
    };

    it('stores the fold of the events', async () => {
      const log = busyLog();
      await generation.apply(...log.batch());
      expect(await all()).toEqual(folded(log));
      expect((await model.view(tasks).query({})).asOf).toBe(log.position);
    });

    it('yields the same documents for any division of the log into batches', async () => {
      const log = busyLog();
      for (const size of [1, 7, 50]) {
        const next = await model.begin(tasks);
        for (let from = 0; from < log.events.length; from += size) {
          await next.apply(...log.batch(from, Math.min(from + size, log.events.length) - 1));
        }
        await model.swap(tasks, next);
        expect(await all()).toEqual(folded(log));
      }
    });

    it('changes nothing when batches are replayed or overlap', async () => {
      const log = busyLog();
      for (const [from, to] of [
        [0, 99],
        [0, 99],
        [60, 140],
        [10, 20],
        [100, 239],
        [0, 239],
      ] as const) {
        await generation.apply(...log.batch(from, to));
      }
      expect(await all()).toEqual(folded(log));
      expect(generation.position).toBe(log.position);
    });

    it('returns a document by its id, and null for one that was removed or never existed', async () => {
      const log = new TaskLog();
      log.add('Created', 'a', { tenant: 'n', title: 'one', priority: 1 });
      log.add('Created', 'b', { tenant: 'n', title: 'two', priority: 1 });
      log.add('Removed', 'b');
      await generation.apply(...log.batch());
      for (const flushed of [false, true]) {
        if (flushed) await generation.flush();
        expect(await model.view(tasks).get('a')).toEqual({
          id: 'a',
          tenant: 'n',
          title: 'one',
          priority: 1,
          done: false,
          changes: 0,
        });
        expect(await model.view(tasks).get('b')).toBeNull();
        expect(await model.view(tasks).get('c')).toBeNull();
      }
    });

    it('keeps the changes of readers to a document out of the view', async () => {
      const log = new TaskLog();
      log.add('Created', 'a', { tenant: 'n', title: 'one', priority: 1 });
      await generation.apply(...log.batch());
      Object.assign((await model.view(tasks).get('a'))!, { title: 'changed by a reader' });
      expect((await model.view(tasks).get('a'))?.title).toBe('one');
    });

    it('keeps documents and position across a restart, and resumes from there', async () => {
      const log = busyLog();
      await generation.apply(...log.batch(0, 119));
      await generation.flush();
      await model.close();
      model = place.open();
      const again = await model.live(tasks);
      expect(again?.position).toBe(log.events[119]!.position);
      await again!.apply(...log.batch(120));
      expect(await all()).toEqual(folded(log));
    });

    it('always shows others the fold of the log up to the position it reports, as after a crash', async () => {
      const log = busyLog();
      const other = place.open();
      const positions = new Set<number>();
      for (let from = 0; from < log.events.length; from += 8) {
        await generation.apply(...log.batch(from, from + 7));
        if (from % 32 === 0) await generation.flush();
        const { data, asOf } = await other.view(tasks).query({ perPage: 1000 });
        const upTo = new TaskLog();
        upTo.events.push(...log.events.filter(({ position }) => position <= asOf));
        expect(new Map(data.map((task) => [task.id, task]))).toEqual(folded(upTo));
        positions.add(asOf);
      }
      expect(positions.size).toBeGreaterThan(5);
    });

    it('skips events that its streams do not know', async () => {
      const log = new TaskLog();
      log.add('Created', 'a', { tenant: 'n', title: 'one', priority: 1 });
      log.add('Archived', 'a', null);
      log.add('Changed', 'a', { version: 2, done: 'yes' });
      await generation.apply(...log.batch());
      expect(await model.view(tasks).get('a')).toMatchObject({ done: false, changes: 0 });
      expect(generation.position).toBe(log.position);
      log.add('Changed', 'a', { done: true });
      await generation.apply(...log.batch(3));
      expect(await model.view(tasks).get('a')).toMatchObject({ done: true, changes: 1 });
    });

    it('moves its position without events', async () => {
      await generation.apply([], 77);
      await generation.flush();
      expect(generation.position).toBe(77);
      expect(await model.view(tasks).position()).toBe(77);
      expect((await place.open().live(tasks))?.position).toBe(77);
    });

    it('stores nothing of a batch whose fold throws, and folds it when that is fixed', async () => {
      const log = busyLog();
      let broken = true;
      const fragile = {
        ...tasks,
        name: 'fragile',
        evolve: (...args: Parameters<typeof tasks.evolve>) => {
          if (broken && args[1].position === log.events[30]!.position) throw new Error('cannot fold this');
          return tasks.evolve(...args);
        },
      };
      const built = await model.begin(fragile);
      await expect(built.apply(...log.batch())).rejects.toThrow('cannot fold this');
      expect(built.position).toBe(-1);
      broken = false;
      await built.apply(...log.batch());
      await model.swap(fragile, built);
      const { data } = await model.view(fragile).query({ perPage: 1000 });
      expect(new Map(data.map((task) => [task.id, task]))).toEqual(folded(log));
    });

    it('keeps documents whose fields have awkward names and values', async () => {
      const log = new TaskLog();
      const details = {
        $ref: '#/a',
        'a.b': 1,
        '': 2,
        list: [{ $gt: 1 }],
        big: 2 ** 53 - 1,
        deep: { __proto__x: null },
        text: 'ünï\u2028 "\\',
      };
      log.add('Created', "o'brien $x.y/ü", { tenant: "'; drop table view_1; --", title: '', priority: -0.5, details });
      await generation.apply(...log.batch());
      await generation.flush();
      expect(await model.view(tasks).get("o'brien $x.y/ü")).toEqual({
        id: "o'brien $x.y/ü",
        tenant: "'; drop table view_1; --",
        title: '',
        priority: -0.5,
        details,
        done: false,
        changes: 0,
      });
    });

    describe('by two writers at once', () => {
      let second: Generation;
      beforeEach(async () => {
        second = (await place.open().live(tasks))!;
      });

      it('yields the result of a single writer', async () => {
        const log = busyLog();
        const next = [0, 0];
        for (let turn = 0; Math.min(...next) < log.events.length; turn += 1) {
          // Now one is ahead, now the other; each goes through the whole log in batches of its own.
          const who = (turn * turn) % 3 === 0 ? 0 : 1;
          const from = next[who]!;
          const to = Math.min(from + 3 + ((turn * 5) % 11), log.events.length);
          const writer = [generation, second][who]!;
          if (from < to) await writer.apply(...log.batch(from, to - 1));
          if (turn % 4 !== 0) await writer.flush();
          next[who] = to;
        }
        await generation.flush();
        await second.flush();
        expect(await all(place.open())).toEqual(folded(log));
      });

      it('yields the same when both apply the same batches side by side', async () => {
        const log = busyLog();
        for (let from = 0; from < log.events.length; from += 40) {
          const batch = log.batch(from, from + 39);
          await Promise.all(
            [generation, second].map(async (writer) => {
              await writer.apply(...batch);
              await writer.flush();
            }),
          );
        }
        expect(await all(place.open())).toEqual(folded(log));
      });

      it('keeps the later state when one writes the end of a batch while the other writes its beginning', async () => {
        const log = new TaskLog();
        for (let round = 0; round < 30; round += 1) {
          const ids = ['x', 'y', 'z'].map((name) => `${name}${round}`);
          const from = log.events.length;
          for (const id of ids) log.add('Created', id, { tenant: 'n', title: id, priority: 1 });
          for (const id of ids) log.add('Changed', id, { priority: 2 });
          for (const id of ids) log.add('Changed', id, { done: true });
          await generation.apply(...log.batch(from, from + 2));
          await generation.flush();
          const [ahead, behind] = round % 2 === 0 ? [generation, second] : [second, generation];
          await Promise.all([
            ahead.apply(...log.batch(from + 3, from + 8)),
            behind.apply(...log.batch(from, from + 5)),
          ]);
          await behind.apply(...log.batch(from + 6, from + 8));
        }
        await generation.flush();
        await second.flush();
        expect(await all(place.open())).toEqual(folded(log));
      });

      it('does not bring a removed document back when the slower one stops before the removal', async () => {
        const log = new TaskLog();
        log.add('Created', 'a', { tenant: 'n', title: 'one', priority: 1 });
        log.add('Changed', 'a', { done: true });
        log.add('Removed', 'a');
        log.add('Created', 'b', { tenant: 'n', title: 'two', priority: 1 });
        await second.apply(...log.batch(0, 0));
        await generation.apply(...log.batch());
        await generation.flush();
        await second.apply(...log.batch(1, 1));
        await second.flush();
        const reader = place.open();
        expect([...(await all(reader)).keys()]).toEqual(['b']);
        expect(await reader.view(tasks).position()).toBe(log.position);
      });

      it('writes none of its pending documents when the other one got further meanwhile', async () => {
        const log = new TaskLog();
        log.add('Created', 'a', { tenant: 'n', title: 'one', priority: 1 });
        log.add('Created', 'b', { tenant: 'n', title: 'two', priority: 1 });
        log.add('Removed', 'a');
        log.add('Changed', 'b', { done: true });
        await second.apply(...log.batch(0, 1));
        await generation.apply(...log.batch());
        await generation.flush();
        await second.flush();
        const reader = place.open();
        expect(await all(reader)).toEqual(folded(log));
        expect(await reader.view(tasks).position()).toBe(log.position);
        await second.apply(...log.batch(2));
        await second.flush();
        expect(await all(place.open())).toEqual(folded(log));
      });

      it('treats a removed document as removed, regardless of how the fold handles the event that removed it', async () => {
        // On, off, on: an event folded twice, or from the wrong state, reverses the result.
        const lamps: typeof tasks = {
          ...tasks,
          name: 'lamps',
          evolve: (lamp, _event, id) =>
            lamp ? null : { id, tenant: 'n', title: '', priority: null, done: false, changes: 0 },
        };
        const log = new TaskLog();
        for (let step = 0; step < 3; step += 1) log.add('Changed', 'a');
        const first = await model.begin(lamps);
        await first.apply(...log.batch(0, 0));
        await model.swap(lamps, first);
        const late = (await place.open().live(lamps))!;
        await first.apply(...log.batch(1, 1));
        await first.flush();
        await late.apply(...log.batch(1, 1));
        await late.apply(...log.batch(2, 2));
        await late.flush();
        expect(await place.open().view(lamps).get('a')).not.toBeNull();
      });

      it('continues from the other one when that is ahead', async () => {
        const log = new TaskLog();
        log.add('Created', 'a', { tenant: 'n', title: 'one', priority: 1 });
        log.add('Removed', 'a');
        log.add('Created', 'a', { tenant: 'n', title: 'again', priority: 2 });
        log.add('Changed', 'a', { done: true });
        await second.apply(...log.batch(0, 0));
        await generation.apply(...log.batch(0, 2));
        await generation.flush();
        await second.apply(...log.batch(1));
        await second.flush();
        expect(await place.open().view(tasks).get('a')).toMatchObject({ title: 'again', done: true, changes: 1 });
      });

      it('throws for the one whose generation the other has replaced', async () => {
        const log = busyLog();
        const other = place.open();
        await other.swap(tasks, await other.begin(tasks));
        await expect(second.apply(...log.batch()).then(() => second.flush())).rejects.toThrow(GenerationDropped);
        await expect(second.apply(...log.batch())).rejects.toThrow(GenerationDropped);
        expect(await other.view(tasks).count()).toBe(0);
      });
    });
  });
}

/** An empty live generation. */
export async function goLive(model: ReadModel): Promise<Generation> {
  const generation = await model.begin(tasks);
  await model.swap(tasks, generation);
  return generation;
}

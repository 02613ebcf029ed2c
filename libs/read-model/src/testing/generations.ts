import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isLabelled } from '@tidemark/foundation';
import { GenerationDropped, type Projection, type ReadModel } from '../port.js';
import type { ReadModelHome } from './home.js';
import { goLive } from './folding.js';
import { busyLog, folded, TaskLog, tasks, type Task } from './tasks.js';

export function describeGenerations(home: () => Promise<ReadModelHome>): void {
  describe('generations', () => {
    let place: ReadModelHome;
    let model: ReadModel;

    beforeEach(async () => {
      place = await home();
      model = place.open();
    });
    afterEach(() => place.remove());

    it('belong to a store that keeps one label', async () => {
      const [one, two] = [model, place.open()];
      if (!isLabelled(one) || !isLabelled(two)) throw new Error('it has no label');
      expect(await one.label()).toBeUndefined();
      await one.setLabel({ installation: 'a' });
      await two.setLabel({ installation: 'b', n: [1] });
      expect(await one.label()).toEqual({ installation: 'b', n: [1] });
      await two.close();
    });

    it('serve an empty view before there is one', async () => {
      const view = model.view(tasks);
      expect(await view.get('a')).toBeNull();
      const degraded = 'the view is being built from the log';
      expect(await view.query({ where: { tenant: 'n' } })).toEqual({ data: [], total: 0, asOf: -1, degraded });
      expect([await view.count(), await view.position()]).toEqual([0, -1]);
      expect([await model.live(tasks), await model.liveVersion(tasks)]).toEqual([null, null]);
    });

    it('are invisible until they are swapped in', async () => {
      const log = busyLog();
      await (await goLive(model)).apply(...log.batch(0, 9));
      const next = await model.begin(tasks);
      await next.apply(...log.batch());
      await next.flush();
      expect(await model.view(tasks).position()).toBe(log.events[9]!.position);
      await model.swap(tasks, next);
      expect(await model.view(tasks).position()).toBe(log.position);
      expect(await model.view(tasks).count()).toBe(folded(log).size);
      expect((await model.live(tasks))?.position).toBe(log.position);
    });

    it('show readers the old or the new view, never neither', async () => {
      const log = new TaskLog();
      for (const id of ['a', 'b', 'c']) log.add('Created', id, { tenant: 'n', title: id, priority: 1 });
      const reader = place.open().view(tasks);
      await (await goLive(model)).apply(...log.batch());
      await (await model.live(tasks))!.flush();
      let swapping = true;
      const seen = new Set<string>();
      const reading = (async () => {
        while (swapping) {
          const { data, total, asOf } = await reader.query({ where: { tenant: 'n' } });
          const found = await reader.get('b');
          seen.add(`${data.map(({ id }) => id).join('')} ${total} ${asOf} ${found?.id} ${await reader.count()}`);
          await new Promise(setImmediate);
        }
      })();
      for (let round = 0; round < 10; round += 1) {
        const next = await model.begin(tasks);
        await next.apply(...log.batch());
        await model.swap(tasks, next);
        await new Promise(setImmediate);
      }
      swapping = false;
      await reading;
      expect([...seen]).toEqual([`abc 3 ${log.position} b 3`]);
    });

    it('of another version are not continued, yet serve readers until the new one is there', async () => {
      const log = busyLog();
      const live = await goLive(model);
      await live.apply(...log.batch());
      await live.flush();
      const next: Projection<Task> = { ...tasks, version: 2, indexes: [...tasks.indexes, ['changes']] };
      expect(await model.live(next)).toBeNull();
      expect(await model.liveVersion(next)).toBe(1);
      const { degraded, ...before } = await model
        .view(next)
        .query({ where: { changes: { gte: 1 } }, sort: [['changes', 'desc']], perPage: 1000 });
      expect(degraded).toBe('version 2 of the view is being built from the log');
      expect(before.total).toBe([...folded(log).values()].filter(({ changes }) => changes >= 1).length);
      const built = await model.begin(next);
      await built.apply(...log.batch());
      await model.swap(next, built);
      expect(
        await model.view(next).query({ where: { changes: { gte: 1 } }, sort: [['changes', 'desc']], perPage: 1000 }),
      ).toEqual(before);
      expect([await model.live(tasks), await model.liveVersion(tasks)]).toEqual([null, 2]);
    });

    it('that are left unfinished are dropped by the next one', async () => {
      const log = busyLog();
      const first = await model.begin(tasks);
      await first.apply(...log.batch(0, 5));
      const second = await model.begin(tasks);
      await expect(first.apply(...log.batch()).then(() => first.flush())).rejects.toThrow(GenerationDropped);
      await expect(model.swap(tasks, first)).rejects.toThrow(GenerationDropped);
      await second.apply(...log.batch());
      await model.swap(tasks, second);
      expect(await model.view(tasks).count()).toBe(folded(log).size);
    });

    it('of two builders at once both finish; the last one swapped in is live', async () => {
      const log = busyLog();
      const other = place.open();
      const builds = [await model.begin(tasks), await other.begin(tasks)] as const;
      for (const build of builds) await build.apply(...log.batch());
      await model.swap(tasks, builds[0]);
      await other.swap(tasks, builds[1]);
      await expect(builds[0].apply([], log.position + 1).then(() => builds[0].flush())).rejects.toThrow(
        GenerationDropped,
      );
      expect((await model.live(tasks))?.position).toBe(log.position);
      expect(await model.view(tasks).count()).toBe(folded(log).size);
    });

    it('of views with different names do not touch each other', async () => {
      const log = busyLog();
      const copies = ['tasks', 'tasks-2', 'Tasks'].map((name) => ({ ...tasks, name }));
      for (const [number, copy] of copies.entries()) {
        const built = await model.begin(copy);
        await built.apply(...log.batch(0, number));
        await model.swap(copy, built);
      }
      const positions = await Promise.all(copies.map((copy) => model.view(copy).position()));
      expect(positions).toEqual([0, 3, 6]);
    });

    it.each(['', 'a b', 'a;b', 'a.b', 'a/b', '$x'])('refuse the name %j', async (name) => {
      await expect(model.begin({ ...tasks, name })).rejects.toThrow(/letters, digits and -/);
    });

    it.each(['a.b', '$a', 'a"b', ''])('refuse an index on a field named %j', async (field) => {
      const odd = { ...tasks, indexes: [[field]] } as unknown as typeof tasks;
      await expect(model.begin(odd)).rejects.toThrow(
        `tasks: the indexed field "${field}" must be letters, digits and _`,
      );
    });

    it('respond to a ping', async () => {
      await expect(model.ping()).resolves.toBeUndefined();
    });
  });
}

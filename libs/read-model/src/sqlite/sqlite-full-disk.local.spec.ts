import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { SqliteEventStore, type EventStore } from '@tidemark/event-store';
import { Conditions, uuidv7 } from '@tidemark/foundation';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Projector } from '../projector.js';
import { tasks } from '../testing/tasks.js';
import { SqliteReadModel } from './sqlite-read-model.js';

const mount = (...args: string[]): boolean => {
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Only a user who may mount file systems can have a disk that is full. */
const canMount = ((): boolean => {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  const done = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
  if (done) execFileSync('umount', [folder]);
  return done;
})();

(canMount ? describe : describe.skip)('SqliteReadModel, when its disk is full', () => {
  let folder: TemporaryFolder;
  let disk: string;
  let eventStore: EventStore;
  let model: SqliteReadModel;
  let projector: Projector;
  const changes: string[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    disk = folder.join('disk');
    execFileSync('mkdir', [disk]);
    mount('-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk);
    eventStore = new SqliteEventStore(folder.join('events.db'));
    const conditions = new Conditions({ onChange: ({ subject }, change) => changes.push(`${subject} ${change}`) });
    model = new SqliteReadModel(`${disk}/views.db`, { conditions });
    projector = new Projector({ eventStore, readModel: model, projections: [tasks], onError: () => {}, conditions });
    projector.start();
  });
  afterAll(async () => {
    await projector.stop();
    await model.close();
    execFileSync('umount', [disk]);
    await eventStore.close();
    await folder.remove();
  });

  const add = async (count: number): Promise<number> => {
    const data = { tenant: 'n', title: 'x'.repeat(500), priority: 1 };
    const created = Array.from({ length: count }, () => {
      const id = uuidv7();
      return eventStore.append(`task-${id}`, [{ id, type: 'Created', data, metadata: {} }], 'no_stream');
    });
    return Math.max(...(await Promise.all(created)).map(({ position }) => position));
  };
  const list = () => model.view(tasks).query({ where: { tenant: 'n' } });

  it('shows what was stored before and says so, reports it once, and recovers by itself', async () => {
    await projector.caughtUp('tasks', await add(100));
    expect(await list()).toMatchObject({ total: 100 });
    await writeFile(`${disk}/filler`, Buffer.alloc(64 * 1024 * 1024)).catch(() => {});
    const last = await add(2_000);
    await eventually(() => changes.includes('view tasks raised'), 'no more events to be taken');
    const { total, degraded } = await list();
    expect([total, degraded]).toEqual([expect.any(Number), expect.stringContaining('cannot be stored')]);
    expect(total).toBeLessThan(2_100);
    expect(changes.filter((change) => change === 'views.db raised')).toHaveLength(1);
    await rm(`${disk}/filler`);
    await projector.caughtUp('tasks', last);
    await eventually(async () => (await list()).degraded === undefined, 'the list to be current');
    expect((await list()).total).toBe(2_100);
    expect(changes.slice(-2).toSorted()).toEqual(['view tasks cleared', 'views.db cleared']);
  });
});

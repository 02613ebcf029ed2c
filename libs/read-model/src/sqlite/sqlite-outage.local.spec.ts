import { stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReadModelUnavailable } from '../port.js';
import { goLive } from '../testing/folding.js';
import { folded, TaskLog, tasks } from '../testing/tasks.js';
import { SqliteReadModel } from './sqlite-read-model.js';

describe('SqliteReadModel', () => {
  let folder: TemporaryFolder;
  let model: SqliteReadModel;

  beforeEach(async () => {
    folder = await temporaryFolder();
    model = new SqliteReadModel(folder.join('views.db'));
  });
  afterEach(async () => {
    await model.close();
    await folder.remove();
  });

  it('keeps documents that it cannot write, accepts no more than its limit, and writes them later', async () => {
    const generation = await goLive(model);
    const log = new TaskLog();
    for (let number = 0; number < 600; number += 1)
      log.add('Created', `t${number}`, { tenant: 'n', title: 'x', priority: 1 });
    const other = new DatabaseSync(folder.join('views.db'));
    other.exec('begin immediate');
    await generation.apply(...log.batch(0, 299));
    await expect(generation.apply(...log.batch(300))).rejects.toThrow(ReadModelUnavailable);
    await expect(generation.flush()).rejects.toThrow(ReadModelUnavailable);
    expect(await model.view(tasks).query({})).toMatchObject({ total: 0, degraded: expect.stringContaining('stored') });
    expect(await model.view(tasks).get('t7')).toMatchObject({ id: 't7' });
    other.exec('rollback');
    other.close();
    expect(await model.view(tasks).count()).toBe(300);
    await generation.apply(...log.batch(300));
    expect(await model.view(tasks).count()).toBe(folded(log).size);
  });

  it('throws when it is used after it was closed', async () => {
    const generation = await goLive(model);
    await model.close();
    await expect(model.view(tasks).query({})).rejects.toThrow('the read model is closed');
    await expect(model.ping()).rejects.toThrow(ReadModelUnavailable);
    await expect(generation.apply([], 1)).rejects.toThrow();
    await expect(model.close()).resolves.toBeUndefined();
  });

  it('writes pending documents when it is closed', async () => {
    const generation = await goLive(model);
    const log = new TaskLog();
    log.add('Created', 'a', { tenant: 'n', title: 'x', priority: 1 });
    await generation.apply(...log.batch());
    await model.close();
    const reopened = new SqliteReadModel(folder.join('views.db'));
    expect(await reopened.view(tasks).count()).toBe(1);
    await reopened.close();
  });

  it('moves a long write-ahead log into the file while it is being written', async () => {
    const generation = await goLive(model);
    const log = new TaskLog();
    log.add('Created', 'a', { tenant: 'n', title: 'x'.repeat(50_000), priority: 1 });
    let position = 0;
    const sizeOf = async (name: string): Promise<number> => (await stat(folder.join(name))).size;
    const before = await sizeOf('views.db');
    while ((await sizeOf('views.db')) <= before) {
      position += 1;
      await generation.apply([{ ...log.events[0]!, stream: `task-${position}`, position }], position);
      await generation.flush();
      await new Promise(setImmediate);
    }
    expect(await sizeOf('views.db-wal')).toBeLessThan(64 * 1024 * 1024);
    expect(await model.view(tasks).count()).toBe(position);
  });
});

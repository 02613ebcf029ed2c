import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@tidemark/test-kit';
import type { ReadModel } from '../port.js';
import { goLive } from '../testing/folding.js';
import { describeReadModel } from '../testing/index.js';
import { TaskLog, tasks } from '../testing/tasks.js';
import { SqliteReadModel } from './sqlite-read-model.js';

describeReadModel('SqliteReadModel', async () => {
  const folder = await temporaryFolder();
  const opened: ReadModel[] = [];
  return {
    open() {
      const model = new SqliteReadModel(folder.join('views', 'views.db'));
      opened.push(model);
      return model;
    },
    async remove() {
      for (const model of opened) await model.close();
      await folder.remove();
    },
  };
});

describe('a list of more than ten thousand', () => {
  it('is counted up to there, and says that there are more', async () => {
    const model = new SqliteReadModel(':memory:');
    const generation = await goLive(model);
    const log = new TaskLog();
    for (let count = 0; count < 10_001; count += 1)
      log.add('Created', `task-${count}`, { tenant: 'many', title: 'x', priority: count });
    await generation.apply(...log.batch());
    const view = model.view(tasks);
    const where = { tenant: 'many' } as const;
    const [all, exact] = await Promise.all([
      view.query({ where, perPage: 1 }),
      view.query({ where: { ...where, priority: { gte: 1 } }, perPage: 1 }),
    ]);
    expect(all).toMatchObject({ total: 10_000, totalIsExact: false });
    expect(exact).toMatchObject({ total: 10_000 });
    expect(exact).not.toHaveProperty('totalIsExact');
    expect(await view.count(where)).toBe(10_001);
    await model.close();
  });
});

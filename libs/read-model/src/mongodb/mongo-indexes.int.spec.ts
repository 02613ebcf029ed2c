import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { MongoClient } from 'mongodb';
import type { Projection } from '../port.js';
import { goLive } from '../testing/folding.js';
import { lists, planOf } from '../testing/lists.js';
import { TaskLog, tasks } from '../testing/tasks.js';
import { pathOf, toSort } from './filter.js';
import { MongoReadModel } from './mongo-read-model.js';

const url = process.env.MONGODB_URL ?? '';
const namespace = randomNamespace('indexes');

(url ? describe : describe.skip)('with MONGODB_URL, the lists of the API', () => {
  const client = new MongoClient(url || 'mongodb://none');
  const model = new MongoReadModel(url || 'mongodb://none', { namespace });
  beforeAll(() => client.connect());
  afterAll(async () => {
    await client.db(namespace).dropDatabase();
    await Promise.all([model.close(), client.close()]);
  });

  it.each(lists)(
    'have an index that begins with their conditions and goes on as they are sorted: %s',
    async (_, list) => {
      const view = { ...list.view, streams: [], keys: () => [], evolve: () => null } as unknown as Projection;
      await model.begin(view);
      const db = client.db(namespace);
      const [{ name }] = (await db.listCollections({ name: { $regex: `^view-${view.name}_` } }).toArray()) as [
        { name: string },
      ];
      const { where, order } = planOf(list);
      const equal = where.map(([field]) => pathOf(field));
      const opposite = toSort(order).map(([path, direction]) => [path, -direction]);
      // An index is read in either direction; where a value is fixed, its direction does not matter.
      const served = (await db.collection(name).indexes()).filter(({ key }) => {
        const keys = Object.entries(key);
        const rest = JSON.stringify(keys.slice(equal.length));
        return (
          keys.slice(0, equal.length).every(([path]) => equal.includes(path)) &&
          (rest === JSON.stringify(toSort(order)) || rest === JSON.stringify(opposite))
        );
      });
      expect(served).toHaveLength(1);
    },
  );

  it('are counted up to ten thousand, and say that there are more', async () => {
    const generation = await goLive(model);
    await generation.apply(...new TaskLog().batch());
    const db = client.db(namespace);
    const [{ name }] = (await db.listCollections({ name: { $regex: '^view-tasks_' } }).toArray()) as [{ name: string }];
    const document = { position: 1, fields: { tenant: 'many' }, rest: '{}' };
    for (let batch = 0; batch < 10; batch += 1)
      await db
        .collection<{ _id: string }>(name)
        .insertMany(Array.from({ length: 1000 }, (_, at) => ({ ...document, _id: `task-${batch}-${at}` })));
    const query = () => model.view(tasks).query({ where: { tenant: 'many' }, perPage: 1 });
    expect(await query()).not.toHaveProperty('totalIsExact');
    await db.collection<{ _id: string }>(name).insertOne({ ...document, _id: 'last' });
    expect(await query()).toMatchObject({ total: 10_000, totalIsExact: false });
  }, 60_000);
});

import { SqliteEventStore, type EventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { eventually, randomNamespace, startTcpProxy, temporaryFolder, type TcpProxy } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { ReadModelUnavailable } from '../port.js';
import { Projector } from '../projector.js';
import { goLive } from '../testing/folding.js';
import { busyLog, folded, TaskLog, tasks } from '../testing/tasks.js';
import { MongoReadModel } from './mongo-read-model.js';

const url = process.env.MONGODB_URL ?? '';

(url ? describe : describe.skip)('MongoReadModel, when its server', () => {
  const namespace = randomNamespace('views');
  let proxy: TcpProxy;
  let model: MongoReadModel;

  beforeEach(async () => {
    proxy = await startTcpProxy(url);
    model = new MongoReadModel(proxy.url(url), { namespace });
  });
  afterEach(async () => {
    await model.close();
    await proxy.close();
    await using client = new MongoClient(url);
    await client.db(namespace).dropDatabase();
  });

  const refusals = async (): Promise<void> => {
    const view = model.view(tasks);
    const calls = [
      () => model.ping(),
      () => view.get('a'),
      () => view.query({}),
      () => view.count(),
      () => view.position(),
    ];
    const more = [() => model.live(tasks), () => model.liveVersion(tasks), () => model.begin(tasks)];
    await Promise.all([...calls, ...more].map((call) => expect(call()).rejects.toThrow(ReadModelUnavailable)));
  };

  it('is down from the start, fails every call as unavailable, and works once it is up', async () => {
    proxy.cut();
    await refusals();
    proxy.pass();
    await expect(model.ping()).resolves.toBeUndefined();
  });

  it('goes away, fails every call as unavailable, and works again once it is back', async () => {
    const log = busyLog();
    const generation = await goLive(model);
    await generation.apply(...log.batch(0, 99));
    proxy.cut();
    await refusals();
    await expect(generation.apply(...log.batch(100))).rejects.toThrow(ReadModelUnavailable);
    expect(generation.position).toBe(log.events[99]!.position);
    proxy.pass();
    await eventually(() => model.ping().then(() => true));
    await generation.apply(...log.batch(100));
    expect(await model.view(tasks).count()).toBe(folded(log).size);
  });

  it('hangs, fails every call as unavailable instead of waiting forever, and works again once it responds', async () => {
    await goLive(model);
    proxy.hang();
    await refusals();
    proxy.pass();
    await eventually(() => model.ping().then(() => true));
    expect(await model.view(tasks).count()).toBe(0);
  });

  it.each(['to_server', 'to_client'] as const)(
    'disconnects before the documents are written or before it confirms (%s), stores nothing twice when the batch is repeated',
    async (direction) => {
      const log = busyLog();
      await goLive(model);
      let armed = false;
      // The fold runs between the read and the write of a batch.
      const trapped: typeof tasks = {
        ...tasks,
        evolve: (...args) => {
          if (armed) void proxy.cutOnNext(direction);
          armed = false;
          return tasks.evolve(...args);
        },
      };
      const generation = (await model.live(trapped))!;
      for (let from = 0; from < log.events.length; from += 60) {
        const batch = log.batch(from, from + 59);
        armed = true;
        await expect(generation.apply(...batch)).rejects.toThrow(ReadModelUnavailable);
        await eventually(() => generation.apply(...batch).then(() => true));
      }
      const { data } = await model.view(tasks).query({ perPage: 1000 });
      expect(new Map(data.map((task) => [task.id, task]))).toEqual(folded(log));
    },
  );

  it('gets a write late, after those of a faster projector, keeps the newer documents', async () => {
    const direct = new MongoReadModel(url, { namespace });
    const log = busyLog();
    const fast = await goLive(direct);
    let held = false;
    const stuck: typeof tasks = {
      ...tasks,
      evolve: (...args) => {
        if (!held) proxy.hang('to_server');
        held = true;
        return tasks.evolve(...args);
      },
    };
    const slow = (await model.live(stuck))!;
    const writing = slow.apply(...log.batch(0, 99));
    await eventually(() => held);
    await fast.apply(...log.batch());
    proxy.pass();
    await writing;
    expect(slow.position).toBe(log.position);
    const { data, asOf } = await direct.view(tasks).query({ perPage: 1000 });
    expect(new Map(data.map((task) => [task.id, task]))).toEqual(folded(log));
    expect(asOf).toBe(log.position);
    await direct.close();
  });

  it('loses a swap to a slower update of the record, serves the new generation again with the next batch', async () => {
    const log = busyLog();
    await goLive(model);
    await using client = new MongoClient(url);
    const records = client.db(namespace).collection<{ _id: string }>('views');
    const next = await model.begin(tasks);
    const before = (await records.findOne({ _id: 'tasks' }))!;
    await next.apply(...log.batch(0, 99));
    await model.swap(tasks, next);
    await records.replaceOne({ _id: 'tasks' }, before);
    expect(await model.view(tasks).count()).toBe(0);
    await next.apply(...log.batch(100));
    expect(await model.view(tasks).count()).toBe(folded(log).size);
  });

  it('gets an older state of a document from a slower writer, has the newer one again within seconds', async () => {
    const generation = await goLive(model);
    const [id] = [(await model.live(tasks))!].map((live) => (live as unknown as { id: string }).id);
    await using client = new MongoClient(url);
    const documents = client.db(namespace).collection<{ _id: string }>(`view-tasks_${id}`);
    const log = new TaskLog();
    log.add('Created', 'a', { tenant: 'n', title: 'one', priority: 1 });
    log.add('Changed', 'a', { done: true });
    log.add('Changed', 'a', { priority: 7 });
    await generation.apply(...log.batch(0, 0));
    const older = (await documents.findOne({ _id: 'a' }))!;
    await generation.apply(...log.batch(1, 1));
    await documents.replaceOne({ _id: 'a' }, older);
    await eventually(async () => (await model.view(tasks).get('a'))!.done, 'the later state');
    // Also as the base of the next fold, before it is noticed.
    await documents.replaceOne({ _id: 'a' }, older);
    await generation.apply(...log.batch(2));
    expect(await model.view(tasks).get('a')).toMatchObject({ done: true, priority: 7, changes: 2 });
  });

  describe('goes away while a projector is running', () => {
    let eventStore: EventStore;
    let projector: Projector;
    let errors: Error[];

    it.each(['cut', 'hang'] as const)(
      '(%s), lets it catch up by itself with events from the meantime',
      async (outage) => {
        await using folder = await temporaryFolder();
        errors = [];
        eventStore = new SqliteEventStore(folder.join('events.db'));
        projector = new Projector({
          eventStore,
          readModel: model,
          projections: [tasks],
          onError: (error) => errors.push(error),
        });
        try {
          projector.start();
          await projector.caughtUp('tasks', await create('before'));
          proxy[outage]();
          const during = await create('during');
          await eventually(() => errors.some((error) => error instanceof ReadModelUnavailable), 'an error', {
            timeout: 30_000,
          });
          const rebuilt = projector.rebuild('tasks');
          proxy.pass();
          await projector.caughtUp('tasks', during);
          await rebuilt;
          await projector.caughtUp('tasks', await create('after'));
          const { data } = await model.view(tasks).query({});
          expect(data.map(({ id }) => id)).toEqual(['after', 'before', 'during']);
        } finally {
          await projector.stop();
          await eventStore.close();
        }
      },
    );

    const create = async (id: string): Promise<number> => {
      const event = { id: uuidv7(), type: 'Created', data: { tenant: 'n', title: id, priority: 1 }, metadata: {} };
      return (await eventStore.append(`task-${id}`, [event], 'no_stream')).position;
    };
  });
});

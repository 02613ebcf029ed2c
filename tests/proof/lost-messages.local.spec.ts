import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker, ConsumeHandler, ConsumeOptions } from '@tidemark/messaging';
import { eventually, withMembers } from '@tidemark/test-kit';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import type { Installation } from '../installations/installation.js';
import { readLog } from './testing/log.js';

const SECOND = 1000;
let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

/** Loses the next messages of a durable consumer, as a purged stream does. */
const losing = (durable: string, messages: number) => {
  let lost = 0;
  const decorate = (broker: Broker): Broker =>
    withMembers(broker, {
      consume: <T>(options: ConsumeOptions, handler: ConsumeHandler<T>) =>
        broker.consume<T>(options, (delivery) => {
          if (options.durable !== durable || lost >= messages) return handler(delivery);
          lost += 1;
        }),
    });
  return { decorate, lost: () => lost };
};

const ofType = async (on: Installation, wanted: string) =>
  (await readLog(on.adapters.eventStore)).filter(({ type }) => type === wanted);

describe('work whose message was lost', () => {
  it('is offered again, at longer and longer intervals, by two coordinators once', async () => {
    const broker = losing('connector-runner', 2);
    const on = await world.start({ coordinators: 2, tenantMaxRunning: 1, decorate: broker.decorate });
    const { id } = await on.create(await on.connect());
    const behind = await on.create(await on.connect());
    await eventually(() => broker.lost() === 1, 'the work to be lost');
    await world.clock.advance(12 * SECOND);
    await eventually(() => broker.lost() === 2, 'the work to be lost again');
    await world.clock.advance(16 * SECOND);
    expect(await on.job(id)).toMatchObject({ waitingFor: { reason: 'no_runner' } });
    await world.clock.advance(6 * SECOND);
    expect(await on.finished(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await on.finished(behind.id)).toMatchObject({ state: 'completed' });
    type Places = { readonly admitted: readonly { readonly jobId: string }[] };
    const admitted = (await ofType(on, 'PlacesChanged')).flatMap(({ data }) => (data as Places).admitted);
    expect(admitted.filter(({ jobId }) => jobId === id)).toHaveLength(3);
  });

  it('is offered again at the stage that a job was handed over to', async () => {
    const broker = losing('differ', 1);
    const on = await world.start({ decorate: broker.decorate });
    world.publisher.publish({ openapi: '3.1.0', info: { title: 'api', version: '1' }, paths: {} }, '/api');
    const { id } = await on.create(await on.connect(world.publisher.url('/api')));
    await eventually(() => broker.lost() === 1, 'the work to be lost');
    await world.clock.advance(12 * SECOND);
    expect(await on.finished(id)).toMatchObject({ state: 'completed', attempt: 1 });
  });

  it('runs once when its message was only late', async () => {
    const on = await world.start({ runners: [], coordinators: 2 });
    const { id } = await on.create(await on.connect());
    await on.reached(id, ({ waitingFor }) => waitingFor?.reason === 'no_runner');
    await world.clock.advance(200 * SECOND);
    await on.startRunner();
    expect(await on.finished(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await ofType(on, 'StageClaimed')).toHaveLength(1);
  });
});

describe('the end of a job whose message was lost', () => {
  it.each(['completed', 'cancelled'])('is recorded by its connection all the same: %s', async (state) => {
    const broker = losing('job-coordinator', 1);
    const runners = state === 'completed' ? [{}] : [];
    const on = await world.start({ runners, tenantMaxRunning: 1, decorate: broker.decorate });
    const connectionId = await on.connect(undefined, { schedule: { every: 'realtime' } });
    await world.clock.advance(300 * SECOND);
    const [created] = await eventually(async () => {
      const events = await ofType(on, 'JobCreated');
      return events.length === 1 && events;
    }, 'the planned sync');
    const { jobId } = created!.data as { jobId: string };
    if (state === 'cancelled') await on.ask('cancel-job', { jobId });
    await eventually(() => broker.lost() === 1, 'the end to be lost');
    expect(await ofType(on, 'SyncEnded')).toEqual([]);
    await world.clock.advance(32 * SECOND);
    await eventually(async () => (await on.connection(connectionId)).lastSync !== null, 'the end to be recorded');
    const { lastSync, nextSyncAt } = await on.connection(connectionId);
    expect(lastSync).toMatchObject({ jobId, state });
    expect(Date.parse(nextSyncAt!)).toBeGreaterThan(world.clock.now());
    if (state === 'cancelled') await on.startRunner();
    // There is one slot.
    expect(await on.finished((await on.create(await on.connect())).id)).toMatchObject({ state: 'completed' });
  });
});

describe('the jobs of a removed connection', () => {
  it('are cancelled at once, with the reason, also when they were created at the same time', async () => {
    const on = await world.start({ runners: [], coordinators: 2 });
    const connectionId = await on.connect();
    const startAt = new Date(world.clock.now() + 3600 * SECOND).toISOString();
    const jobs = [
      await on.create(connectionId),
      await on.create(connectionId),
      await on.create(connectionId, { startAt }),
    ];
    await on.reached(jobs[0]!.id, ({ waitingFor }) => waitingFor?.reason === 'no_runner');
    await on.ask('remove-connection', { connectionId });
    await eventually(async () => (await ofType(on, 'ConnectionRemoved')).length === 1);
    await world.clock.advance(1 * SECOND);
    for (const { id } of jobs) {
      expect(await on.finished(id)).toMatchObject({ state: 'cancelled' });
      expect((await on.events(id)).at(-1)).toMatchObject({ data: { reason: 'the connection was removed' } });
    }
  });

  it('are cancelled after a restart', async () => {
    const before = await world.start({ runners: [] });
    const connectionId = await before.connect();
    const job = await before.create(connectionId);
    await world.stop(before);
    const alone = await world.start({ coordinators: 0, runners: [], differs: 0 });
    await alone.adapters.eventStore.append(
      `connection-${connectionId}`,
      [
        {
          id: crypto.randomUUID(),
          type: 'ConnectionRemoved',
          data: { at: world.clock.now() },
          metadata: { tenant: 'acme' },
        },
      ],
      'any',
    );
    await world.stop(alone);
    const after = await world.start({ runners: [] });
    await world.clock.advance(1 * SECOND);
    expect(await after.finished(job.id)).toMatchObject({ state: 'cancelled' });
  });
});

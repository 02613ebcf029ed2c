import { eventually } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jobStream, type JobView } from '@tidemark/contracts';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import type { Installation } from '../installations/installation.js';
import { readLog } from './testing/log.js';
import { described } from '../publishers/descriptions.js';

let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

/** A connection whose jobs keep running until they are released. */
async function heldConnection(on: Installation, path: string, whenBusy = 'queue') {
  const release = world.publisher.hold(described(1), path);
  return { id: await on.connect(world.publisher.url(path), { whenBusy }), release };
}

const idsOf = (jobs: readonly JobView[]) => jobs.map(({ id }) => id);

describe('a tenant at its cap', () => {
  it('makes jobs wait, says behind which, and serves its connections round-robin', async () => {
    const on = await world.start({ tenantMaxRunning: 1 });
    const held = await heldConnection(on, '/held');
    const [a, b, c] = [await on.connect(), await on.connect(), await on.connect()];
    const blocker = await on.create(held.id);
    await world.fetched('/held', 1);
    const [a1, a2, b1] = [await on.create(a), await on.create(a), await on.create(b)];
    const [b2, c1, a3] = [await on.create(b), await on.create(c), await on.create(a)];
    const waiting = [a1, a2, b1, b2, c1, a3];

    const last = await on.reached(a3.id, ({ waitingFor }) => waitingFor?.reason === 'connection_busy');
    expect(last).toMatchObject({ waitingFor: { reason: 'connection_busy', behind: [a1.id, a2.id] } });
    expect(await on.job(a1.id)).toMatchObject({
      state: 'pending',
      waitingFor: { reason: 'tenant_cap', behind: [blocker.id] },
    });
    // Jobs reach the agenda a moment after they were created.
    const explained = await eventually(async () => {
      const reasons = await on.ask<object>('explain-jobs', { jobIds: idsOf([blocker, ...waiting]) });
      return Object.keys(reasons).length === waiting.length && reasons;
    });
    expect(Object.keys(explained)).toEqual(idsOf(waiting));

    held.release();
    const ended = await Promise.all(waiting.map(({ id }) => on.finished(id)));
    expect(ended.every(({ state }) => state === 'completed')).toBe(true);
    expect(await startOrder(on)).toEqual(idsOf([blocker, a1, b1, c1, a2, b2, a3]));
  });

  it('gives each of two tenants its own slots', async () => {
    const on = await world.start({ tenantMaxRunning: 1 });
    const held = await heldConnection(on, '/held');
    await on.create(held.id);
    await world.fetched('/held', 1);
    const { id: connectionId } = await on.ask<{ id: string }>(
      'create-connection',
      { name: 'theirs', source: { connector: 'noop', config: {} } },
      'other',
    );
    const { id: jobId } = await on.ask<JobView>('create', { connectionId, type: 'full' }, 'other');
    const job = () => on.ask<JobView>('get-job', { jobId }, 'other');
    while ((await job()).state !== 'completed') await new Promise(setImmediate);
    expect(await on.refused(on.job(jobId))).toBe('NOT_FOUND');
    held.release();
  });

  it.each([1, 2])(
    'refuses exactly those over it, of 50 requested at once, with %i coordinators',
    async (coordinators) => {
      const on = await world.start({ tenantMaxRunning: 5, coordinators });
      const held = await Promise.all(Array.from({ length: 50 }, (_, n) => heldConnection(on, `/held-${n}`, 'reject')));
      const answers = await Promise.allSettled(held.map(({ id }) => on.create(id)));
      const accepted = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []));
      expect(codes).toEqual(Array.from({ length: 45 }, () => 'TOO_MANY_CONCURRENT_SYNCS'));
      expect(accepted).toHaveLength(5);
      for (const { release } of held) release();
      for (const { id } of accepted) expect(await on.finished(id)).toMatchObject({ state: 'completed' });

      // All five slots are free again, and no more than five.
      const again = await Promise.all(Array.from({ length: 6 }, (_, n) => heldConnection(on, `/again-${n}`, 'reject')));
      for (const { id } of again.slice(0, 5)) await on.create(id);
      expect(await on.refused(on.create(again[5]!.id))).toBe('TOO_MANY_CONCURRENT_SYNCS');
      for (const { release } of again) release();
    },
  );
});

describe('a connection with a long queue', () => {
  it('takes a hundred waiting jobs and refuses the next, also of many requested at once', async () => {
    const on = await world.start();
    const held = await heldConnection(on, '/held');
    await on.create(held.id);
    await world.fetched('/held', 1);
    const answers = await Promise.allSettled(Array.from({ length: 130 }, () => on.create(held.id)));
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []));
    expect(codes).toEqual(Array.from({ length: 30 }, () => 'QUEUE_FULL'));
    const waiting = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []));
    expect(await on.refused(on.create(held.id))).toBe('QUEUE_FULL');
    expect(await on.refused(on.create(held.id, { idempotencyKey: 'k' }))).toBe('QUEUE_FULL');
    const last = await on.reached(waiting.at(-1)!, ({ waitingFor }) => (waitingFor?.behindCount ?? 0) > 5);
    expect(last.waitingFor?.behind).toHaveLength(5);
    await on.ask('cancel-job', { jobId: waiting[0] });
    await eventually(() => on.create(held.id).catch(() => false));
    expect(await on.finished((await on.create(await on.connect())).id)).toMatchObject({ state: 'completed' });
    held.release();
  });
});

describe('the reason why a job waits', () => {
  it('is none for one that was just created, or whose planned start has passed', async () => {
    const on = await world.start({ runners: [] });
    expect(await on.create(await on.connect())).toMatchObject({ state: 'pending', waitingFor: null });
    const past = await on.create(await on.connect(), { startAt: '1970-01-01T00:00:00.000Z' });
    expect(past).toMatchObject({ state: 'pending', waitingFor: null });
    const offered = await on.reached(past.id, ({ waitingFor }) => waitingFor !== null);
    expect(offered.waitingFor).toEqual({ reason: 'no_runner' });
  });
});

describe('an idempotency key', () => {
  it('gives one retry of a job, whatever happens to the connection', async () => {
    const on = await world.start({ coordinators: 2 });
    const connectionId = await on.connect();
    const first = await on.create(connectionId, { idempotencyKey: 'first' });
    await on.finished(first.id);
    const retry = () => on.ask<JobView>('retry-job', { jobId: first.id, idempotencyKey: 'again' });
    const answers = await Promise.allSettled([retry(), retry(), retry()]);
    const created = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []));
    expect(created).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === 'rejected')
        expect(answer.reason).toMatchObject({ code: 'DUPLICATE_JOB', details: { jobId: created[0] } });
    await on.finished(created[0]!);
    const other = await on.create(connectionId);
    await on.finished(other.id);
    const otherRetry = on.ask('retry-job', { jobId: other.id, idempotencyKey: 'again' });
    expect(await on.refused(otherRetry)).toBe('IDEMPOTENCY_KEY_REUSED');
    for (const verb of ['disconnect-connection', 'remove-connection']) {
      await on.ask(verb, { connectionId });
      expect(await on.refused(on.create(connectionId, { idempotencyKey: 'first' }))).toBe('DUPLICATE_JOB');
      expect(await on.refused(retry())).toBe('DUPLICATE_JOB');
      const changed = on.create(connectionId, { idempotencyKey: 'first', trigger: 'manual' });
      expect(await on.refused(changed)).toBe('IDEMPOTENCY_KEY_REUSED');
    }
  });
});

describe('a connection with a running job', () => {
  it('makes the next one wait, or refuses it, as requested', async () => {
    const on = await world.start({ coordinators: 2 });
    const held = await heldConnection(on, '/held');
    const first = await on.create(held.id);
    await world.fetched('/held', 1);
    expect(await on.refused(on.create(held.id, { whenBusy: 'reject' }))).toBe('CONNECTION_BUSY');
    const second = await on.create(held.id);
    expect(
      await on.reached(second.id, ({ waitingFor }) => waitingFor?.behind?.includes(first.id) === true),
    ).toMatchObject({ state: 'pending', waitingFor: { reason: 'connection_busy', behind: [first.id] } });
    expect(world.publisher.fetches('/held')).toBe(1);
    held.release();
    expect(await on.finished(second.id)).toMatchObject({ state: 'completed', result: 'unchanged' });
    expect(await startOrder(on)).toEqual([first.id, second.id]);
  });

  it('starts one job at a time, however many are requested at once', async () => {
    const on = await world.start({ coordinators: 2, tenantMaxRunning: 10 });
    const connectionId = await on.connect();
    const jobs = await Promise.all(Array.from({ length: 20 }, () => on.create(connectionId)));
    for (const { id } of jobs) expect(await on.finished(id)).toMatchObject({ state: 'completed' });
    expect(await mostAtOnce(on)).toBe(1);
  });
});

/** Ids of the jobs in the order of their first claims. */
async function startOrder(on: Installation): Promise<string[]> {
  const started = new Set<string>();
  for (const { type, stream } of await jobLog(on)) if (type === 'StageClaimed') started.add(jobStream.idOf(stream));
  return [...started];
}

/** The largest number of jobs that ran at the same point of the log. */
async function mostAtOnce(on: Installation): Promise<number> {
  const running = new Set<string>();
  let most = 0;
  for (const { type, stream } of await jobLog(on)) {
    if (type === 'StageClaimed') running.add(stream);
    if (type === 'JobCompleted') running.delete(stream);
    most = Math.max(most, running.size);
  }
  return most;
}

const jobLog = (on: Installation) => readLog(on.adapters.eventStore, ['job']);

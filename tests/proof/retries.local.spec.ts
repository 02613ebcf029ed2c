import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobView } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import type { Installation } from '../installations/installation.js';
import { described } from '../publishers/descriptions.js';

const SECOND = 1000;
let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

const isWaiting = ({ state, retryCount }: JobView, times: number) => state === 'pending' && retryCount === times;

async function failingJob(on: Installation) {
  world.publisher.fail(503, '/api');
  const connectionId = await on.connect(world.publisher.url('/api'));
  return { connectionId, jobId: (await on.create(connectionId)).id };
}

/** Milliseconds until the next attempt. */
const untilRetry = ({ nextRetryAt }: JobView) => Date.parse(nextRetryAt!) - world.clock.now();

describe('a job whose source fails', () => {
  it('is retried after 60, 300 and 900 seconds, each with up to 25 % jitter, and then fails', async () => {
    const on = await world.start();
    const { jobId } = await failingJob(on);
    for (const [index, seconds] of [60, 300, 900].entries()) {
      const job = await on.reached(jobId, (seen) => isWaiting(seen, index + 1));
      expect(job).toMatchObject({
        retryCount: index + 1,
        retriesLeft: 2 - index,
        waitingFor: { reason: 'retry_backoff', until: job.nextRetryAt },
        lastError: { code: 'SOURCE_UNREACHABLE' },
      });
      const wait = untilRetry(job);
      expect(wait).toBeGreaterThanOrEqual(seconds * 0.75 * SECOND);
      expect(wait).toBeLessThanOrEqual(seconds * 1.25 * SECOND);
      await world.clock.advance(wait - 1);
      expect(await on.job(jobId)).toMatchObject({ state: 'pending', retryCount: index + 1 });
      expect(world.publisher.fetches('/api')).toBe(index + 1);
      await world.clock.advance(1);
    }
    expect(await on.finished(jobId)).toMatchObject({
      state: 'failed',
      attempt: 4,
      retryCount: 3,
      retriesLeft: 0,
      nextRetryAt: null,
      waitingFor: null,
      lastError: { code: 'SOURCE_UNREACHABLE' },
    });
    expect(world.publisher.fetches('/api')).toBe(4);
    expect(on.errors).toEqual([]);
  });

  it('completes when a retry succeeds', async () => {
    const on = await world.start();
    const { jobId } = await failingJob(on);
    const waiting = await on.reached(jobId, (job) => isWaiting(job, 1));
    world.publisher.publish(described(1), '/api');
    await world.clock.advance(untilRetry(waiting));
    expect(await on.finished(jobId)).toMatchObject({ state: 'completed', result: 'succeeded', attempt: 2 });
  });

  it('is not retried when the error is not retryable', async () => {
    const on = await world.start();
    const { jobId } = await failingJob(on);
    await on.reached(jobId, (job) => isWaiting(job, 1));
    world.publisher.publish('neither JSON nor OpenAPI: [', '/other');
    const other = await on.create(await on.connect(world.publisher.url('/other')));
    expect(await on.finished(other.id)).toMatchObject({ state: 'failed', retryCount: 0, attempt: 1 });
  });

  it('releases its slot while it waits; those of its own connection wait behind it', async () => {
    const on = await world.start({ tenantMaxRunning: 1 });
    const { jobId, connectionId } = await failingJob(on);
    const waiting = await on.reached(jobId, (job) => isWaiting(job, 1));
    const noop = await on.create(await on.connect());
    expect(await on.finished(noop.id)).toMatchObject({ state: 'completed' });
    world.publisher.publish(described(1), '/api');
    const next = await on.create(connectionId);
    const behind = await on.reached(next.id, ({ waitingFor }) => waitingFor?.reason === 'connection_busy');
    expect(behind.waitingFor).toMatchObject({ behind: [jobId] });
    await world.clock.advance(untilRetry(waiting));
    expect(await on.finished(next.id)).toMatchObject({ state: 'completed', result: 'unchanged' });
    expect(await on.job(jobId)).toMatchObject({ state: 'completed', attempt: 2 });
  });

  it.each<[string, (on: Installation, ids: { jobId: string; connectionId: string }) => Promise<unknown>]>([
    ['it is asked for', (on, { jobId }) => on.ask('retry-now', { jobId })],
    ['another sync of its connection is requested', (on, { connectionId }) => on.create(connectionId)],
    [
      'another sync is requested and refused because of it',
      // A coordinator may learn a moment later that the attempt has failed: until then it is busy with that.
      (on, { jobId, connectionId }) =>
        eventually(async () => {
          await on.create(connectionId, { whenBusy: 'reject' }).catch(() => {});
          return (await on.job(jobId)).nextRetryAt === null;
        }),
    ],
    [
      'the source of its connection is changed',
      (on, { connectionId }) => {
        const source = { connector: 'openapi', config: { url: world.publisher.url('/moved') } };
        return on.ask('update-connection', { connectionId, source });
      },
    ],
    [
      'its connection is reconnected',
      async (on, { connectionId }) => {
        await on.ask('disconnect-connection', { connectionId });
        await on.ask('reconnect-connection', { connectionId });
      },
    ],
  ])('waits no longer when %s', async (_, happens) => {
    const on = await world.start();
    const { jobId, connectionId } = await failingJob(on);
    await on.reached(jobId, (job) => isWaiting(job, 1));
    for (const path of ['/api', '/moved']) world.publisher.publish(described(1), path);
    await happens(on, { jobId, connectionId });
    expect(await on.finished(jobId)).toMatchObject({ state: 'completed', attempt: 2, nextRetryAt: null });
    expect(on.errors).toEqual([]);
  });

  it('keeps waiting when a sync is planned, or its connection is renamed or given the same source', async () => {
    const on = await world.start();
    world.publisher.fail(503, '/api');
    const url = world.publisher.url('/api');
    const connectionId = await on.connect(url);
    const { id: jobId } = await on.create(connectionId);
    await on.reached(jobId, (job) => isWaiting(job, 1));
    const source = { connector: 'openapi', config: { url } };
    await on.ask('update-connection', { connectionId, name: 'other', source });
    await on.create(connectionId, { startAt: new Date(world.clock.now() + 1000).toISOString() });
    // Their consequences are processed before this one.
    await on.finished((await on.create(await on.connect())).id);
    expect(await on.job(jobId)).toMatchObject({ state: 'pending', waitingFor: { reason: 'retry_backoff' } });
  });

  it('can be retried now only while it waits for its retry', async () => {
    const on = await world.start();
    const { jobId } = await failingJob(on);
    await on.reached(jobId, (job) => isWaiting(job, 1));
    const fresh = await on.create(await on.connect(), {
      startAt: new Date(world.clock.now() + 1000).toISOString(),
    });
    expect(await on.refused(on.ask('retry-now', { jobId: fresh.id }))).toBe('JOB_NOT_RETRYABLE');
    await on.ask('cancel-job', { jobId });
    expect(await on.refused(on.ask('retry-now', { jobId }))).toBe('JOB_NOT_RETRYABLE');
    expect(await on.refused(on.ask('retry-now', { jobId: 'none' }))).toBe('NOT_FOUND');
  });

  it('is cancelled at once while it waits for its next attempt, and is never retried', async () => {
    const on = await world.start();
    const { jobId } = await failingJob(on);
    await on.reached(jobId, (job) => isWaiting(job, 1));
    expect(await on.ask('cancel-job', { jobId })).toMatchObject({ state: 'cancelled', nextRetryAt: null });
    await world.clock.advance(3600 * SECOND);
    // The consequences of the cancel are processed before the job of another tenant.
    await on.finished((await on.create(await on.connect())).id);
    expect(await on.job(jobId)).toMatchObject({ state: 'cancelled' });
    expect(world.publisher.fetches('/api')).toBe(1);
  });

  it.each(['with its views', 'with empty views'])('keeps waiting over a restart %s', async (how) => {
    const before = await world.start();
    const { jobId } = await failingJob(before);
    const waiting = await before.reached(jobId, (job) => isWaiting(job, 1));
    await world.stop(before);
    if (how === 'with empty views')
      for (const end of ['', '-wal', '-shm']) await rm(world.folder.join(`views.db${end}`), { force: true });
    world.publisher.publish(described(1), '/api');
    const after = await world.start();
    expect(await after.job(jobId)).toMatchObject({
      state: 'pending',
      nextRetryAt: waiting.nextRetryAt,
      waitingFor: { reason: 'retry_backoff', until: waiting.nextRetryAt },
    });
    await world.clock.advance(untilRetry(waiting) - 1);
    expect(world.publisher.fetches('/api')).toBe(1);
    await world.clock.advance(1);
    expect(await after.finished(jobId)).toMatchObject({ state: 'completed', attempt: 2 });
    expect(after.errors).toEqual([]);
  });
});

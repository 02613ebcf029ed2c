import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { beatSubject, command, type JobEventView } from '@tidemark/contracts';
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

/** Stages and claims of the events of one type. */
const claimsOf = (events: readonly JobEventView[], type: string) =>
  events
    .filter((event) => event.type === type)
    .map(({ data }) => data as { stage: string; claim: number })
    .map(({ stage, claim }) => `${stage} ${claim}`);

const reporting = (stage: string) => (subject: string, data: Record<string, unknown>) =>
  subject === command('job-coordinator', 'complete-stage') && data['stage'] === stage;

/** A job whose fetch hangs. */
async function hangingJob(on: Installation): Promise<string> {
  world.publisher.hang('/api');
  const { id } = await on.create(await on.connect(world.publisher.url('/api')));
  await world.fetched('/api', 1);
  return id;
}

describe('a runner that falls silent', () => {
  it('loses its claim, and the next one resumes after the last completed stage', async () => {
    const faulty = world.faultyBroker();
    world.publisher.publish(described(1), '/api');
    const on = await world.start({ runners: [{ decorate: faulty.decorate, concurrency: 1 }] });
    faulty.goSilentBefore(reporting('normalize'));
    const { id } = await on.create(await on.connect(world.publisher.url('/api')));
    await eventually(() => faulty.isSilent, 'the runner to fall silent');
    await on.startRunner();

    await world.clock.advance(60 * SECOND);
    expect(await on.job(id)).toMatchObject({ state: 'running', stage: 'normalize', liveness: 'live' });
    await world.clock.advance(2 * SECOND);

    expect(await on.finished(id)).toMatchObject({ state: 'completed', result: 'succeeded', attempt: 1 });
    const events = await on.events(id);
    expect(claimsOf(events, 'ClaimExpired')).toEqual(['normalize 1']);
    expect(claimsOf(events, 'StageCompleted')).toEqual([
      'fetch 1',
      'parse 1',
      'normalize 2',
      'snapshot 2',
      'diff 3',
      'persist 3',
      'alert 3',
    ]);
    expect(world.publisher.fetches('/api')).toBe(1);

    faulty.comeBack();
    const late = await eventually(() => faulty.replies.find(({ error }) => error), 'the late report to be refused');
    expect(late).toMatchObject({
      subject: command('job-coordinator', 'complete-stage'),
      error: { code: 'STALE_CLAIM' },
    });
    expect(await on.events(id)).toEqual(events);
  });

  it('is replaced once; when its leg has cost a second runner too, the job has failed', async () => {
    // Two more than are lost: a tenant leaves some slots to others.
    const runners = Array.from({ length: 4 }, () => world.faultyBroker());
    for (const runner of runners) runner.goSilentBefore(reporting('run'));
    const on = await world.start({ runners: runners.map(({ decorate }) => ({ decorate, concurrency: 1 })) });
    const { id } = await on.create(await on.connect());
    for (let lost = 1; lost <= 2; lost += 1) {
      await eventually(() => runners.filter(({ isSilent }) => isSilent).length === lost, `runner ${lost} to be silent`);
      await world.clock.advance(62 * SECOND);
    }
    expect(await on.finished(id)).toMatchObject({ state: 'failed', lastError: { code: 'RUNNER_LOST' } });
    expect(claimsOf(await on.events(id), 'ClaimExpired')).toEqual(['run 1']);
  });
});

describe('a claim with heartbeats but no progress', () => {
  it('is stalled after ten minutes, recovers with the next progress, and completes', async () => {
    const on = await world.start();
    const release = world.publisher.hold(described(1), '/api');
    const { id } = await on.create(await on.connect(world.publisher.url('/api')));
    await world.fetched('/api', 1);
    const heartbeat = (percent?: number) => {
      on.adapters.broker.broadcast(beatSubject(id), { jobId: id, claim: 1, stage: 'fetch', percent });
      return world.clock.advance(55 * SECOND);
    };
    for (let minutes = 0; minutes < 10; minutes += 55 / 60) {
      expect(await on.job(id)).toMatchObject({ liveness: 'live' });
      await heartbeat();
    }
    await on.reached(id, ({ liveness }) => liveness === 'stalled');
    await heartbeat(30);
    expect(await on.reached(id, ({ liveness }) => liveness === 'live')).toMatchObject({ state: 'running', attempt: 1 });
    release();
    expect(await on.finished(id)).toMatchObject({ state: 'completed', attempt: 1 });
    const events = await on.events(id);
    expect(claimsOf(events, 'ClaimStalled')).toEqual(['fetch 1']);
    expect(claimsOf(events, 'ClaimRecovered')).toEqual(['fetch 1']);
    expect(claimsOf(events, 'ClaimExpired')).toEqual([]);
  });
});

describe('a cancel', () => {
  it('ends a job whose runner hangs in an external call, by the runner itself', async () => {
    const on = await world.start();
    const id = await hangingJob(on);
    expect(await on.ask('cancel-job', { jobId: id })).toMatchObject({ state: 'running', waitingFor: null });
    // The deadline cannot have passed: the clock was not advanced.
    expect(await on.finished(id)).toMatchObject({ state: 'cancelled' });
    expect((await on.events(id)).at(-1)).toMatchObject({ type: 'JobCancelled', data: { forced: false } });
  });

  it('takes the claim within five seconds from a runner that does not answer, and refuses its late report', async () => {
    const faulty = world.faultyBroker();
    const on = await world.start({ runners: [{ decorate: faulty.decorate }] });
    const release = world.publisher.hold(described(1), '/api');
    const { id } = await on.create(await on.connect(world.publisher.url('/api')));
    await world.fetched('/api', 1);
    faulty.goSilent();
    await on.ask('cancel-job', { jobId: id });
    expect(await on.job(id)).toMatchObject({ state: 'running', cancelRequestedAt: expect.any(String) });
    await eventually(() => world.clock.timers > 0);
    await world.clock.advance(5 * SECOND);
    expect(await on.finished(id)).toMatchObject({ state: 'cancelled' });
    const events = await on.events(id);
    expect(events.at(-1)).toMatchObject({ type: 'JobCancelled', data: { forced: true } });
    release();
    faulty.comeBack();
    const late = await eventually(() => faulty.replies.find(({ error }) => error), 'the late report to be refused');
    expect(late.error).toMatchObject({ code: 'STALE_CLAIM' });
    expect(await on.events(id)).toEqual(events);
  });

  it('ends a job that waits for a slot, for its planned time, or for a runner, at once', async () => {
    const on = await world.start({ runners: [], tenantMaxRunning: 1 });
    const offered = await on.create(await on.connect());
    await on.reached(offered.id, ({ waitingFor }) => waitingFor?.reason === 'no_runner');
    const queued = await on.create(await on.connect());
    const startAt = new Date(world.clock.now() + 60 * SECOND).toISOString();
    const planned = await on.create(await on.connect(), { startAt });
    expect(planned).toMatchObject({ state: 'pending', waitingFor: { reason: 'schedule', until: startAt } });
    for (const { id } of [queued, planned, offered]) {
      expect(await on.ask('cancel-job', { jobId: id })).toMatchObject({ state: 'cancelled' });
      expect(await on.ask('cancel-job', { jobId: id })).toMatchObject({ state: 'cancelled' });
    }
    const next = await on.create(await on.connect());
    await on.startRunner();
    expect(await on.finished(next.id)).toMatchObject({ state: 'completed' });
    expect(await on.refused(on.ask('cancel-job', { jobId: next.id }))).toBe('JOB_NOT_CANCELLABLE');
    for (const { id } of [queued, planned, offered])
      expect((await on.events(id)).map(({ type }) => type)).toEqual(['JobCreated', 'JobCancelled']);
  });
});

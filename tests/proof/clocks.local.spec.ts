import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { beatSubject, jobStream } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import { TENANT } from '../installations/caller.js';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import type { Installation } from '../installations/installation.js';
import { described } from '../publishers/descriptions.js';
import { readLog } from './testing/log.js';

const SECOND = 1000;
const HOUR = 3_600_000;
let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

const hourly = (on: Installation) => on.connect(undefined, { schedule: { every: 'hourly' } });
const iso = (time: number) => new Date(time).toISOString();

const ofType = async (on: Installation, wanted: string) =>
  (await readLog(on.adapters.eventStore, ['job', 'connection'])).filter(({ type }) => type === wanted);

async function synced(on: Installation, times: number): Promise<void> {
  await eventually(async () => (await ofType(on, 'SyncEnded')).length >= times, `${times} syncs to have ended`);
}

/** A job whose fetch hangs until it is released. */
async function runningJob(on: Installation) {
  const release = world.publisher.hold(described(1), '/api');
  const { id } = await on.create(await on.connect(world.publisher.url('/api')));
  await world.fetched('/api', 1);
  return { id, release };
}

describe('a schedule', () => {
  it.each([
    ['100 ms', 100],
    ['3 s', 3 * SECOND],
    ['2 h', 2 * HOUR],
  ])('goes on with two coordinators whose clocks differ by %s', async (_, ahead) => {
    const on = await world.start({ coordinators: [0, ahead, 0] });
    const id = await hourly(on);
    for (let hour = 1; hour <= 4; hour += 1) {
      await world.clock.advance(HOUR);
      await synced(on, hour);
      const { nextSyncAt } = await on.connection(id);
      expect(Date.parse(nextSyncAt!)).toBeGreaterThan(world.clock.now());
      expect(Date.parse(nextSyncAt!)).toBeLessThanOrEqual(world.clock.now() + HOUR + ahead);
    }
  });

  it.each([
    ['2 s', 2 * SECOND],
    ['2 h', 2 * HOUR],
  ])('goes on after the clock was set back by %s while its sync ran', async (_, back) => {
    const silent = world.faultyBroker();
    const on = await world.start({ runners: [{ decorate: silent.decorate }] });
    silent.goSilentBefore((subject) => subject.endsWith('complete-stage'));
    const begin = world.clock.now();
    const id = await hourly(on);
    await world.clock.advance(HOUR);
    await eventually(() => silent.isSilent, 'the planned sync to run');
    world.clock.step(-back);
    silent.comeBack();
    await synced(on, 1);
    // By the interval, not by the clock: the time that was planned is used up.
    expect(await on.connection(id)).toMatchObject({ nextSyncAt: iso(begin + 2 * HOUR) });
    await world.clock.advance(HOUR + 2 * 60 * SECOND);
    await synced(on, 2);
    for (const { data } of await ofType(on, 'JobCompleted')) {
      const { at, startedAt } = data as { at: number; startedAt: number };
      expect(at).toBeGreaterThanOrEqual(startedAt);
    }
  });

  it('is not held up by a plan that a clock made far ahead', async () => {
    const on = await world.start();
    world.clock.step(240 * HOUR);
    const id = await hourly(on);
    world.clock.step(-240 * HOUR);
    await world.clock.advance(HOUR + 2 * 60 * SECOND);
    await synced(on, 1);
    const { nextSyncAt } = await on.connection(id);
    expect(Date.parse(nextSyncAt!) - world.clock.now()).toBeLessThanOrEqual(HOUR);
  });

  it.each(['kept', 'deleted'])('goes on when its planned time is used up already, by a job that is %s', async (how) => {
    const on = await world.start();
    const id = await hourly(on);
    await world.clock.advance(HOUR);
    await synced(on, 1);
    const [used] = await ofType(on, 'JobCreated');
    if (how === 'deleted') await on.adapters.eventStore.tombstone(used!.stream, 'any');
    await on.ask('pause-connection', { connectionId: id });
    world.clock.step(-HOUR);
    // The same time once more, whose job exists.
    await on.ask('resume-connection', { connectionId: id });
    await world.clock.advance(2 * HOUR);
    await synced(on, 2);
  });
});

describe('a clock that jumps forward, as after a suspend', () => {
  it('starts what is overdue within two seconds, and what comes after it', async () => {
    const on = await world.start();
    const scheduled = await hourly(on);
    const startAt = iso(world.clock.now() + 1.5 * HOUR);
    const planned = await on.create(await on.connect(), { startAt });
    world.publisher.fail(503, '/api');
    const failing = await on.create(await on.connect(world.publisher.url('/api')));
    await on.reached(failing.id, ({ retryCount }) => retryCount === 1);
    world.publisher.publish(described(1), '/api');
    const later = await on.create(await on.connect(), { startAt: iso(world.clock.now() + 2 * HOUR + 10 * SECOND) });
    world.clock.step(2 * HOUR);
    await world.clock.advance(2 * SECOND);
    for (const { id } of [planned, failing]) expect(await on.finished(id)).toMatchObject({ state: 'completed' });
    await eventually(async () => (await on.connection(scheduled)).lastSync !== null, 'the planned sync');
    expect(await on.job(later.id)).toMatchObject({ state: 'pending' });
    await world.clock.advance(8 * SECOND);
    expect(await on.finished(later.id)).toMatchObject({ state: 'completed' });
  });

  it('takes no claim from a runner that is alive', async () => {
    const on = await world.start();
    const { id, release } = await runningJob(on);
    await world.clock.advance(10 * SECOND);
    world.clock.step(2 * HOUR);
    for (let seconds = 0; seconds < 59; seconds += 1) await world.clock.advance(SECOND);
    expect(await on.job(id)).toMatchObject({ state: 'running', liveness: 'live' });
    release();
    expect(await on.finished(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await ofType(on, 'ClaimExpired')).toEqual([]);
  });
});

describe('coordinators whose clocks differ by two hours', () => {
  it('wait the whole time before a retry', async () => {
    const on = await world.start({ coordinators: [0, 2 * HOUR, -2 * HOUR] });
    world.publisher.fail(503, '/api');
    const { id } = await on.create(await on.connect(world.publisher.url('/api')));
    await on.reached(id, ({ retryCount }) => retryCount === 1);
    await world.clock.advance(44 * SECOND);
    expect(world.publisher.fetches('/api')).toBe(1);
    world.publisher.publish(described(1), '/api');
    await world.clock.advance(32 * SECOND);
    expect(await on.finished(id)).toMatchObject({ state: 'completed', attempt: 2 });
  });

  it('take a claim from a silent runner in time, and stall none that is not', async () => {
    const faulty = world.faultyBroker();
    const on = await world.start({
      coordinators: [2 * HOUR, -2 * HOUR],
      runners: [{ decorate: faulty.decorate, concurrency: 1 }],
    });
    const { id, release } = await runningJob(on);
    for (let minutes = 0; minutes < 5; minutes += 1) {
      on.adapters.broker.broadcast(beatSubject(id), { jobId: id, claim: 1, stage: 'fetch' });
      await world.clock.advance(55 * SECOND);
    }
    expect(await ofType(on, 'ClaimStalled')).toEqual([]);
    faulty.goSilent();
    await on.startRunner();
    await world.clock.advance(62 * SECOND);
    await eventually(async () => (await ofType(on, 'ClaimExpired')).length === 1, 'the claim to expire');
    release();
    expect(await on.finished(id)).toMatchObject({ state: 'completed' });
    expect(jobStream.of(id)).toBe((await ofType(on, 'ClaimExpired'))[0]!.stream);
  });

  it('force a cancel after three seconds, not before and not two hours later', async () => {
    const faulty = world.faultyBroker();
    const on = await world.start({ coordinators: [2 * HOUR], runners: [{ decorate: faulty.decorate }] });
    const { id, release } = await runningJob(on);
    faulty.goSilent();
    await on.ask('cancel-job', { jobId: id });
    await eventually(async () => (await ofType(on, 'CancelRequested')).length === 1, 'the cancel');
    world.clock.step(-2 * HOUR);
    await world.clock.advance(5 * SECOND);
    expect(await on.finished(id)).toMatchObject({ state: 'cancelled' });
    release();
  });

  it('do not keep a slot that was reserved for a job that never came, by a clock that is ahead', async () => {
    const on = await world.start({ tenantMaxRunning: 1 });
    const at = world.clock.now() + 2 * HOUR;
    const reserved = { jobId: 'never', connectionId: 'none' };
    const slot = { connectionId: 'none', attempt: 0, reserved: true, since: at };
    const data = { at, admitted: [], released: [], reserved, running: [['never', slot]] };
    const metadata = { tenant: TENANT };
    const event = { id: randomUUID(), type: 'PlacesChanged', data, metadata };
    await on.adapters.eventStore.append(`admission-${TENANT}`, [event], 'no_stream');
    const { id } = await on.create(await on.connect());
    await world.clock.advance(20 * SECOND);
    expect(await on.job(id)).toMatchObject({ state: 'pending' });
    await world.clock.advance(60 * SECOND);
    expect(await on.finished(id)).toMatchObject({ state: 'completed' });
  });
});

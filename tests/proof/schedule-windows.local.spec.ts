import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jobStream, type JobView } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import type { Installation } from '../installations/installation.js';
import { readLog } from './testing/log.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

const iso = (time: number) => new Date(time).toISOString();
const clockAt = (time: number) => iso(time).slice(11, 16);

/** An hourly connection with a window of two hours, which begins half an hour from now. */
async function withWindow(on: Installation, schedule: object = {}) {
  const begin = world.clock.now();
  const from = Math.floor((begin + HOUR / 2) / MINUTE) * MINUTE;
  const except = [{ from: clockAt(from), to: clockAt(from + 2 * HOUR) }];
  const id = await on.connect(undefined, { schedule: { every: 'hourly', except, ...schedule } });
  return { id, begin, until: from + 2 * HOUR };
}

const ofType = async (on: Installation, wanted: string) =>
  (await readLog(on.adapters.eventStore, ['job', 'connection'])).filter(({ type }) => type === wanted);

async function planned(on: Installation): Promise<JobView> {
  const scheduled = async () =>
    (await ofType(on, 'JobCreated')).filter(({ data }) => (data as { trigger: string }).trigger === 'schedule');
  await eventually(async () => (await scheduled()).length === 1, 'the planned job');
  return on.job(jobStream.idOf((await scheduled())[0]!.stream));
}

const ended = (on: Installation, times: number) =>
  eventually(async () => (await ofType(on, 'SyncEnded')).length === times, `${times} syncs to have ended`);

describe('a planned sync in a window of its schedule', () => {
  it.each([1, 2])('waits until the end of the window, and holds up no requested one (%i coordinators)', async (n) => {
    const on = await world.start({ coordinators: n });
    const { id, begin, until } = await withWindow(on);
    await world.clock.advance(HOUR);
    const job = await planned(on);
    const waiting = { state: 'pending', waitingFor: { reason: 'window', until: iso(until) } };
    expect(job).toMatchObject(waiting);
    const requested = await on.create(id);
    expect(await on.finished(requested.id)).toMatchObject({ state: 'completed' });
    await ended(on, 1);
    // One that is made up for waits already: the hours in the window plan no others.
    await world.clock.advanceTo(until - 1);
    expect(await on.job(job.id)).toMatchObject(waiting);
    expect(await ofType(on, 'JobCreated')).toHaveLength(2);
    await world.clock.advance(1);
    expect(await on.finished(job.id)).toMatchObject({ state: 'completed', startedAt: iso(until) });
    await ended(on, 2);
    expect(await on.connection(id)).toMatchObject({ nextSyncAt: iso(begin + 3 * HOUR) });
    expect(on.errors).toEqual([]);
  });

  it('waits through a restart, and starts when the windows are taken out of the schedule', async () => {
    const before = await world.start();
    const { id } = await withWindow(before);
    await world.clock.advance(HOUR);
    const job = await planned(before);
    await world.stop(before);
    const after = await world.start();
    await after.reached(job.id, ({ waitingFor }) => waitingFor?.reason === 'window');
    await after.ask('update-connection', { connectionId: id, schedule: { every: 'hourly' } });
    await world.clock.advance(1);
    expect(await after.finished(job.id)).toMatchObject({ state: 'completed' });
  });

  it('leaves the queue when a window begins before it got a slot', async () => {
    const on = await world.start({ runners: [], tenantMaxRunning: 1 });
    const other = await on.create(await on.connect());
    await on.reached(other.id, ({ waitingFor }) => waitingFor?.reason === 'no_runner');
    const { until } = await withWindow(on, { cron: '* * * * *', every: undefined });
    await world.clock.advance(2 * MINUTE);
    const job = await planned(on);
    expect(job.waitingFor).toMatchObject({ reason: 'tenant_cap' });
    await world.clock.advance(HOUR);
    await on.startRunner();
    await on.finished(other.id);
    await on.reached(job.id, ({ waitingFor }) => waitingFor?.reason === 'window');
    await world.clock.advanceTo(until);
    expect(await on.finished(job.id)).toMatchObject({ state: 'completed', startedAt: iso(until) });
  });

  it('is not made up for when the schedule says so, nor is one that nothing was running for', async () => {
    const before = await world.start();
    const { id, begin } = await withWindow(before, { missed: 'none' });
    expect(await before.connection(id)).toMatchObject({ nextSyncAt: iso(begin + 3 * HOUR) });
    await world.stop(before);
    world.clock.set(begin + 4.5 * HOUR);
    const after = await world.start();
    await world.clock.advance(1);
    await eventually(
      async () => (await after.connection(id)).nextSyncAt === iso(begin + 5 * HOUR),
      'the next sync to be planned',
    );
    expect(await ofType(after, 'JobCreated')).toEqual([]);
  });

  it('is refused at creation when the windows leave no time', async () => {
    const on = await world.start();
    const schedule = { every: 'hourly', except: [{ days: ['mon-sun'] }] };
    await expect(on.connect(undefined, { schedule })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ field: 'schedule.except' }] },
    });
  });
});

import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jobStream, type ConnectionView } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import type { Installation } from '../installations/installation.js';
import { readLog } from './testing/log.js';

const HOUR = 3_600_000;
let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});

afterEach(() => world.end());

const hourly = (on: Installation) => on.connect(undefined, { schedule: { every: 'hourly' } });
const iso = (time: number) => new Date(time).toISOString();

/** The connection once that many syncs have ended. */
async function synced(on: Installation, connectionId: string, times: number): Promise<ConnectionView> {
  await eventually(async () => (await ofType(on, 'SyncEnded')).length === times, `${times} syncs to have ended`);
  return on.connection(connectionId);
}

const ofType = async (on: Installation, wanted: string) =>
  (await readLog(on.adapters.eventStore, ['job', 'connection'])).filter(({ type }) => type === wanted);

describe('a planned sync', () => {
  it('is started once by two coordinators, and the next one is planned when it ends', async () => {
    const on = await world.start({ coordinators: 2 });
    const begin = world.clock.now();
    const id = await hourly(on);
    for (let hour = 1; hour <= 3; hour += 1) {
      expect(await on.connection(id)).toMatchObject({ nextSyncAt: iso(begin + hour * HOUR) });
      await world.clock.advanceTo(begin + hour * HOUR - 1);
      expect(await ofType(on, 'JobCreated')).toHaveLength(hour - 1);
      await world.clock.advance(1);
      await synced(on, id, hour);
      expect(await ofType(on, 'JobCreated')).toHaveLength(hour);
    }
    const triggers = (await ofType(on, 'JobCreated')).map(({ data }) => (data as { trigger: string }).trigger);
    expect(triggers).toEqual(['schedule', 'schedule', 'schedule']);
    expect(on.errors).toEqual([]);
  });

  it.each(['with its views', 'with empty views'])('runs once after hours of downtime, %s', async (how) => {
    const before = await world.start();
    const begin = world.clock.now();
    const id = await hourly(before);
    await world.stop(before);
    if (how === 'with empty views')
      for (const end of ['', '-wal', '-shm']) await rm(world.folder.join(`views.db${end}`), { force: true });
    world.clock.set(begin + 10.5 * HOUR);
    const after = await world.start({ coordinators: 2 });
    await world.clock.advance(1);
    expect(await synced(after, id, 1)).toMatchObject({ nextSyncAt: iso(begin + 11 * HOUR) });
    await world.clock.advance(0.4 * HOUR);
    expect(await ofType(after, 'JobCreated')).toHaveLength(1);
    await world.clock.advance(0.1 * HOUR);
    expect(await synced(after, id, 2)).toMatchObject({ nextSyncAt: iso(begin + 12 * HOUR) });
  });

  it('is not started while the connection is paused; a requested one is', async () => {
    const on = await world.start();
    const id = await hourly(on);
    await on.ask('pause-connection', { connectionId: id });
    await world.clock.advance(5 * HOUR);
    const requested = await on.create(id);
    expect(await on.finished(requested.id)).toMatchObject({ state: 'completed', trigger: 'api' });
    expect(await synced(on, id, 1)).toMatchObject({ nextSyncAt: null });
    expect(await ofType(on, 'JobCreated')).toHaveLength(1);
    const resumed = await on.ask<ConnectionView>('resume-connection', { connectionId: id });
    expect(resumed.nextSyncAt).toBe(iso(world.clock.now() + HOUR));
    await world.clock.advance(HOUR);
    await synced(on, id, 2);
  });

  it('waits behind a running job, and keeps its interval', async () => {
    const on = await world.start({ runners: [] });
    const begin = world.clock.now();
    const id = await hourly(on);
    await world.clock.advance(0.75 * HOUR);
    const requested = await on.create(id);
    await on.reached(requested.id, ({ waitingFor }) => waitingFor?.reason === 'no_runner');
    await world.clock.advance(0.5 * HOUR);
    await eventually(async () => (await ofType(on, 'JobCreated')).length === 2, 'the planned job');
    const planned = jobStream.idOf((await ofType(on, 'JobCreated'))[1]!.stream);
    expect(await on.job(planned)).toMatchObject({
      trigger: 'schedule',
      waitingFor: { reason: 'connection_busy', behind: [requested.id] },
    });
    await on.startRunner();
    expect(await synced(on, id, 2)).toMatchObject({ nextSyncAt: iso(begin + 2 * HOUR) });
  });
});

describe('a job with a planned start', () => {
  it('starts at its time, also after a restart', async () => {
    const before = await world.start();
    const startAt = iso(world.clock.now() + HOUR);
    const { id } = await before.create(await before.connect(), { startAt });
    expect(await before.job(id)).toMatchObject({ waitingFor: { reason: 'schedule', until: startAt } });
    await world.stop(before);
    const after = await world.start({ coordinators: 2 });
    await world.clock.advance(HOUR - 1);
    expect(await after.job(id)).toMatchObject({ state: 'pending', waitingFor: { reason: 'schedule', until: startAt } });
    await world.clock.advance(1);
    expect(await after.finished(id)).toMatchObject({ state: 'completed', attempt: 1, startedAt: startAt });
  });
});

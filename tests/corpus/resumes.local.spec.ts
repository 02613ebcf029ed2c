import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUE, type ConnectionView, type JobView } from '@tidemark/contracts';
import { eventually, FakeClock, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Caller } from '../installations/caller.js';
import { startInstallation, type Installation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { History } from '../proof/testing/history.js';
import { readLog } from '../proof/testing/log.js';
import { holdersOf, STAGES } from '../proof/testing/whole.js';
import { apiOf } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';
import { about, recordedAnswers, recordedEvents, unpackData } from './testing/recorded.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The recorded connections name it. */
const PUBLISHER_PORT = 48194;
const PATHS = ['harbour', 'broken', 'silent', 'calm', 'provider', 'retry', 'persist', 'normalize', 'claim', 'fetch'];

let folder: TemporaryFolder;
let publisher: Publisher;
let clock: FakeClock;
let installation: Installation;
let on: Caller;

beforeAll(async () => {
  publisher = await Publisher.start(undefined, PUBLISHER_PORT);
  for (const path of PATHS) publisher.publish(apiOf('9.0.0', { [`/${path}`]: ['id'] }), `/${path}`);
  folder = await temporaryFolder();
  unpackData(folder.path);
  clock = new FakeClock(about.recordedAt);
  installation = await startInstallation({ urls: embedded(folder.path), coordinators: [clock as never] });
  on = installation.as('default');
}, 120_000);

afterAll(async () => {
  await installation.stop();
  await publisher.stop();
  await folder.remove();
});

const id = (name: string): string => about.ids[name]!;
const history = async () => new History(await readLog(installation.adapters.eventStore));
const recorded = <T>(path: string): T => recordedAnswers().find((answer) => answer.path === path)!.body as T;
const iso = (time: string) => new Date(time).toISOString();

/** Moves the time to this moment, as if the services had been stopped in between. */
async function sleepUntil(time: string): Promise<void> {
  clock.set(Date.parse(time));
  await clock.advance(2000);
}

/** The connection once a planned sync later than the recorded one has ended. */
const syncedAgain = async (connectionId: string, caller = on): Promise<ConnectionView> => {
  const before = recordedEvents().findLast(
    ({ stream, type }) => stream === `connection-${connectionId}` && type === 'SyncEnded',
  );
  const last = (before?.data as { jobId?: string } | undefined)?.jobId;
  return eventually(
    async () => {
      const connection = await caller.connection(connectionId);
      if (!connection.lastSync || connection.lastSync.jobId === last) return false;
      expect(await caller.job(connection.lastSync.jobId)).toMatchObject({ trigger: 'schedule', state: 'completed' });
      return connection;
    },
    `a planned sync of ${connectionId}`,
    { timeout: 30_000 },
  );
};

describe('a job that was running or waiting when the services were killed', () => {
  it('resumes at the first stage without a checkpoint, and ends', async () => {
    const names = ['atNormalize', 'atPersist', 'unclaimed', 'atFetch'];
    for (const name of names)
      expect(await on.finished(id(name), 30_000)).toMatchObject({ state: 'completed', retryCount: 0 });
    const log = await history();
    for (const name of names) expect(log.stagesOf(id(name))).toEqual(STAGES);
    // The document fetched before is not fetched again.
    expect(['/persist', '/claim', '/fetch'].map((path) => publisher.fetches(path))).toEqual([0, 0, 1]);
    const { snapshotId } = log.snapshotsOf(id('persistConnection')).at(-1)!;
    expect(log.changesOf(snapshotId)).toHaveLength(1);
  }, 60_000);

  it('stops when its cancel is due', async () => {
    await clock.advance(5000);
    expect(await on.finished(id('cancelling'))).toMatchObject({ state: 'cancelled' });
  });

  it('gets its turn when others have ended', async () => {
    expect(await on.finished(id('behindOthers'))).toMatchObject({ state: 'completed' });
    expect(await on.finished(id('behindCap'))).toMatchObject({ state: 'completed' });
  });

  it('is retried at the scheduled time', async () => {
    const { nextRetryAt } = recorded<JobView>(`/v1/jobs/${id('retrying')}`);
    expect(await on.job(id('retrying'))).toMatchObject({ state: 'pending', retryCount: 1, nextRetryAt });
    await sleepUntil(nextRetryAt!);
    expect(await on.finished(id('retrying'))).toMatchObject({ state: 'completed', attempt: 2 });
  });

  it('starts at its planned time, and not before', async () => {
    const { waitingFor } = recorded<JobView>(`/v1/jobs/${id('scheduledSoon')}`);
    expect(await on.job(id('scheduledSoon'))).toMatchObject({ state: 'pending', waitingFor });
    await sleepUntil(waitingFor!.until!);
    expect(await on.finished(id('scheduledSoon'))).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await on.job(id('scheduledLate'))).toMatchObject({ state: 'pending', attempt: 0 });
  });
});

describe('schedules', () => {
  it('continue at their intervals: every hour, every day, and by cron in a time zone', async () => {
    const hourly = recorded<ConnectionView>(`/v1/connections/${id('harbour')}`);
    await sleepUntil(hourly.nextSyncAt!);
    const next = Date.parse(hourly.nextSyncAt!) + HOUR;
    expect(Date.parse((await syncedAgain(id('harbour'))).nextSyncAt!)).toBe(next);

    const cron = recorded<ConnectionView>(`/v1/connections/${id('broken')}`);
    await sleepUntil(cron.nextSyncAt!);
    const { nextSyncAt } = await syncedAgain(id('broken'));
    const berlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    expect(berlin.format(new Date(nextSyncAt!))).toBe('04:30');
    expect(nextSyncAt! > cron.nextSyncAt!).toBe(true);

    for (const name of ['silent', 'reconnected']) {
      const daily = recorded<ConnectionView>(`/v1/connections/${id(name)}`);
      await sleepUntil(daily.nextSyncAt!);
      const planned = new Date(Date.parse(daily.nextSyncAt!) + 24 * HOUR);
      expect((await syncedAgain(id(name))).nextSyncAt).toBe(iso(planned.toISOString()));
    }
  }, 120_000);

  it('of a provider continue, and those of a paused connection do not', async () => {
    expect(await syncedAgain(id('provider'), on.as(CATALOGUE))).toMatchObject({ state: 'active' });
    const paused = recorded<ConnectionView>(`/v1/connections/${id('paused')}`);
    expect(await on.connection(id('paused'))).toMatchObject({ ...paused });
  }, 60_000);
});

describe('the log', () => {
  it('holds everything that was recorded, unchanged; no slot is held, and no error occurred', async () => {
    const events = recordedEvents();
    const { log } = await history();
    expect(log.slice(0, events.length)).toEqual(events);
    // A slot is released when another job needs one.
    const last = await on.create(id('quick'));
    await on.finished(last.id);
    expect(holdersOf(await history(), 'default')).toEqual([last.id]);
    expect(installation.errors).toEqual([]);
  });
});

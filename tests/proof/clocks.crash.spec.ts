import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { MovableClock } from '../installations/movable-clock.js';
import { Program } from '../installations/program.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const KEY = 'tmk_clocks-under-test';
const iso = (time: number) => new Date(time).toISOString();
const patience = { timeout: 20_000, interval: 100 };

let folder: TemporaryFolder;
let publisher: Publisher;
let clock: MovableClock;
let program: Program;
let on: Client;
let paths = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
  clock = await MovableClock.create(folder.join('clock'));
  program = new Program('standalone', {
    ...clock.environment,
    TIDEMARK_DATA_DIR: folder.join('data'),
    TIDEMARK_DEMO: 'off',
    TIDEMARK_API_KEY: KEY,
    TIDEMARK_RATE_LIMIT: '0',
    TIDEMARK_CLAIM_TIMEOUT_MS: '3000',
    TIDEMARK_FETCH_ALLOW: Publisher.allow.join(','),
  });
  on = new Client(await program.url(), KEY);
}, 60_000);

afterAll(async () => {
  program.signal('SIGCONT');
  await program.stop();
  await publisher.stop();
  await folder.remove();
});

beforeEach(() => {
  paths += 1;
});

const job = async (id: string) => (await on.get(`/v1/jobs/${id}`)).body;
const connection = async (id: string) => (await on.get(`/v1/connections/${id}`)).body;
const typesOf = async (id: string) =>
  (await on.get(`/v1/jobs/${id}/timeline`)).body.data.map((entry: any) => entry.type);

/** A job whose fetch hangs until it is released. */
async function runningJob(schedule: object = { every: 'manual' }) {
  const path = `/api-${paths}`;
  const release = publisher.hold(described(1), path);
  const connectionId = await on.connect(publisher.source(path), { schedule });
  const id = await on.order(connectionId);
  await eventually(() => publisher.fetches(path) === 1, 'the job to run', patience);
  return { id, connectionId, release };
}

describe('an installation whose process is stopped for longer than the claim timeout', () => {
  it('takes no claim from its running jobs when it goes on', async () => {
    const { id, release } = await runningJob();
    program.signal('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 5 * SECOND));
    program.signal('SIGCONT');
    // The sweeps, heartbeats and redeliveries of two more seconds.
    await new Promise((resolve) => setTimeout(resolve, 2 * SECOND));
    release();
    expect(await on.ended(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect((await typesOf(id)).filter((type: string) => /^(StageClaimed|ClaimExpired)$/.test(type))).toHaveLength(2);
  }, 40_000);
});

describe('an installation whose clock is set', () => {
  it('back by two seconds or two hours while a planned sync runs: plans the next one', async () => {
    for (const back of [2 * SECOND, 2 * HOUR]) {
      const id = await on.connect(undefined, { schedule: { cron: '0 * * * *' } });
      const due = Date.parse((await connection(id)).nextSyncAt);
      const path = `/held-${back}`;
      const release = publisher.hold(described(1), path);
      const held = await on.connect(publisher.source(path), { schedule: { cron: '0 * * * *' } });
      await clock.step(due - clock.now() + 100);
      await eventually(() => publisher.fetches(path) === 1, 'the planned sync to run', patience);
      await eventually(async () => (await connection(id)).lastSync !== null, 'the other planned sync', patience);
      await clock.step(-back);
      await clock.seenAt(on.url);
      release();
      const { lastSync, nextSyncAt } = await eventually(
        async () => {
          const seen = await connection(held);
          return seen.lastSync ? seen : undefined;
        },
        'the planned sync to end',
        patience,
      );
      expect(lastSync).toMatchObject({ state: 'completed' });
      expect(Date.parse(nextSyncAt)).toBe(due + HOUR);
      expect((await job(lastSync.jobId)).durationMs).toBeGreaterThanOrEqual(0);
    }
  }, 60_000);

  it('forward by two hours: starts what is overdue, and what comes after it', async () => {
    const [scheduled, manual] = [
      await on.connect(undefined, { schedule: { every: 'hourly' } }),
      await on.connect(undefined),
    ];
    const overdue = await on.order(manual, { startAt: iso(clock.now() + HOUR) });
    const later = await on.order(manual, { startAt: iso(clock.now() + 2 * HOUR + 5 * SECOND) });
    await clock.step(2 * HOUR);
    expect(await on.ended(overdue)).toMatchObject({ state: 'completed' });
    await eventually(async () => (await connection(scheduled)).lastSync !== null, 'the planned sync', patience);
    expect(await on.ended(later)).toMatchObject({ state: 'completed' });
  }, 40_000);
});

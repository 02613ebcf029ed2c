import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { allPorts, openAdapters, type Opened, type PortName } from '@tidemark/platform';
import { eventually, randomNamespace, startTcpProxy, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Caller } from '../installations/caller.js';
import { environmentOf, patient } from '../installations/cluster.js';
import { MovableClock } from '../installations/movable-clock.js';
import { Program } from '../installations/program.js';
import { serverUrls } from '../installations/urls.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';
import { History } from './testing/history.js';
import { readLog } from './testing/log.js';

const SECOND = 1000;
const HOUR = 3_600_000;
/** Longer than the claim timeout of three seconds. */
const ABSENCE_MS = 5 * SECOND;
const patience = { timeout: 30_000, interval: 100 };
const urls = serverUrls();

let folder: TemporaryFolder;
let publisher: Publisher;
let namespace: string;
let adapters: Opened<PortName>;
let on: Caller;
let coordinators: Program[] = [];
let others: Program[] = [];
let clocks: MovableClock[] = [];
let begun = 0;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const environment = (more: object = {}) =>
  ({ ...environmentOf(urls!, namespace), TIDEMARK_LOG_LEVEL: 'fatal', ...more }) as unknown as Record<string, string>;
const history = async () => new History(await readLog(adapters.eventStore, ['job', 'connection']));

/** Coordinators in place of those before, one for each: how far its clock is ahead, and where it finds the broker. */
async function coordinate(...given: readonly { readonly ahead?: number; readonly broker?: string }[]): Promise<void> {
  await retire();
  clocks = [];
  for (const { ahead = 0, broker = urls!.broker } of given) {
    const clock = await MovableClock.create(folder.join(`clock-${(begun += 1)}`), ahead);
    clocks.push(clock);
    coordinators.push(new Program('job-coordinator', environment({ ...clock.environment, TIDEMARK_BROKER: broker })));
  }
  await on.connect();
}

async function retire(): Promise<void> {
  const before = coordinators;
  coordinators = [];
  for (const program of before) program.signal('SIGKILL');
  await Promise.all(before.map(({ ended }) => ended));
}

const stepAll = (milliseconds: number) => Promise.all(clocks.map((clock) => clock.step(milliseconds)));

/** A job whose fetch hangs until it is released. */
async function runningJob(schedule: object = { every: 'manual' }) {
  const path = `/api-${(begun += 1)}`;
  const release = publisher.hold(described(1), path);
  const connectionId = await on.connect(publisher.url(path), { schedule });
  const { id } = await on.create(connectionId);
  await eventually(() => publisher.fetches(path) === 1, 'the job to run', patience);
  return { id, release };
}

/** The claims of the job were neither taken nor stalled. */
async function expectUndisturbed(id: string): Promise<void> {
  expect(await on.finished(id)).toMatchObject({ state: 'completed', attempt: 1 });
  const types = (await on.events(id)).map(({ type }) => type);
  expect(types.filter((type) => type.startsWith('Claim'))).toEqual([]);
  // Of the runner and of the differ.
  expect(types.filter((type) => type === 'StageClaimed')).toHaveLength(2);
}

(urls === undefined ? describe.skip : describe)(
  'coordinators as processes with clocks of their own on the real servers (NATS_URL, EVENTSTORE_URL, MONGODB_URL)',
  () => {
    beforeAll(async () => {
      folder = await temporaryFolder();
      publisher = await Publisher.start();
      namespace = randomNamespace();
      adapters = await openAdapters(allPorts, { urls: urls!, namespace });
      on = new Caller(patient(adapters.broker));
      others = [new Program('connector-runner', environment()), new Program('differ', environment())];
    }, 60_000);

    afterEach(() => {
      for (const program of coordinators) program.signal('SIGCONT');
    });

    afterAll(async () => {
      await retire();
      await Promise.all(others.map((program) => program.stop()));
      await adapters.close();
      await publisher.stop();
      await folder.remove();
    });

    it.each([
      ['100 ms', 100],
      ['3 s', 3 * SECOND],
      ['2 h', 2 * HOUR],
    ])(
      'keep every schedule when they differ by %s',
      async (_, ahead) => {
        await coordinate({}, { ahead });
        const schedules = Array.from({ length: 20 }, (__, n) => (n % 2 ? { every: 'hourly' } : { cron: '0 * * * *' }));
        const ids = await Promise.all(schedules.map((schedule) => on.connect(undefined, { schedule })));
        const tenant = await on.connect();
        for (let hour = 1; hour <= 2; hour += 1) {
          await stepAll(HOUR);
          await eventually(
            async () => {
              const ends = await history();
              return ids.every((id) => ends.ofType('SyncEnded', id).length >= hour);
            },
            `every schedule to have run ${hour} times`,
            patience,
          );
        }
        for (const id of ids) {
          const { nextSyncAt } = await on.connection(id);
          expect(Date.parse(nextSyncAt!)).toBeGreaterThan(clocks[0]!.now());
        }
        for (const { data } of (await history()).ofType<{ at: number; startedAt: number }>('JobCompleted'))
          expect(data.at).toBeGreaterThanOrEqual(data.startedAt);
        await Promise.all([...ids, tenant].map((connectionId) => on.ask('remove-connection', { connectionId })));
      },
      90_000,
    );

    it('take no claim when one of them was stopped for longer than the claim timeout, or both', async () => {
      await coordinate({}, {});
      const { id, release } = await runningJob();
      for (const stopped of [coordinators.slice(0, 1), coordinators]) {
        for (const program of stopped) program.signal('SIGSTOP');
        await pause(ABSENCE_MS);
        for (const program of stopped) program.signal('SIGCONT');
        await pause(2 * SECOND);
      }
      release();
      await expectUndisturbed(id);
    }, 60_000);

    it('take no claim when one was cut off from the broker for longer than the claim timeout', async () => {
      const proxy = await startTcpProxy(urls!.broker);
      await coordinate({}, { broker: proxy.url(urls!.broker) });
      const { id, release } = await runningJob();
      for (const cut of [() => proxy.cut(), () => proxy.hang()]) {
        cut();
        await pause(ABSENCE_MS);
        proxy.pass();
        await pause(2 * SECOND);
      }
      release();
      await expectUndisturbed(id);
      await retire();
      await proxy.close();
    }, 60_000);

    it('start what is overdue when their clocks jump forward, and what comes after it', async () => {
      await coordinate({}, {});
      const connectionId = await on.connect();
      const startIn = (milliseconds: number) => new Date(clocks[0]!.now() + milliseconds).toISOString();
      const overdue = await on.create(connectionId, { startAt: startIn(HOUR) });
      const later = await on.create(connectionId, { startAt: startIn(2 * HOUR + 5 * SECOND) });
      const { id, release } = await runningJob();
      await stepAll(2 * HOUR);
      for (const job of [overdue, later]) expect(await on.finished(job.id)).toMatchObject({ state: 'completed' });
      release();
      await expectUndisturbed(id);
    }, 60_000);
  },
);

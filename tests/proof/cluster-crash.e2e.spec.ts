import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventSubject, views, type JobDocument, type SnapshotDocument } from '@tidemark/contracts';
import type { Broker, Running } from '@tidemark/messaging';
import { allPorts, openAdapters, type Adapters, type Opened, type PortName } from '@tidemark/platform';
import { eventually, randomNamespace } from '@tidemark/test-kit';
import { Caller, TENANT } from '../installations/caller.js';
import { Cluster, kinds, patient, type Kind } from '../installations/cluster.js';
import { History } from './testing/history.js';
import { readLog } from './testing/log.js';
import { serverUrls } from '../installations/urls.js';
import { Publisher } from '../publishers/publisher.js';
import { expectWhole, STAGES } from './testing/whole.js';
import { seeded, syncUntil, watchedApis, type WatchedApi } from './testing/workload.js';

const MOMENTS = Number(process.env['CLUSTER_CRASH_MOMENTS'] ?? 20);
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
/** The longest time between two kills, in milliseconds. */
const LONGEST_PEACE_MS = 4000;
const urls = serverUrls();
const kills = STAGES.flatMap((stage) => kinds.map((kind) => ({ kind, stage })));

let publisher: Publisher;
let adapters: Opened<PortName>;
let cluster: Cluster;
let on: Caller;

async function begin(): Promise<void> {
  const namespace = randomNamespace();
  publisher = await Publisher.start();
  adapters = await openAdapters(allPorts, { urls: urls!, namespace });
  cluster = new Cluster(urls!, namespace);
  cluster.start();
  on = new Caller(patient(adapters.broker));
}

async function end(): Promise<void> {
  await cluster.stop();
  await adapters.close();
  await publisher.stop();
}

const historyOf = async ({ eventStore }: Pick<Adapters, 'eventStore'>) => new History(await readLog(eventStore));

/** Kills all processes of a service when the stage's checkpoint is reported. */
async function killAfter(
  broker: Broker,
  kind: Kind,
  stage: string,
): Promise<Running & { readonly done: Promise<void> }> {
  const done = Promise.withResolvers<void>();
  let reported = false;
  const listening = await broker.listen<{ stage: string }>(eventSubject('job', 'StageCompleted'), ({ data }) => {
    if (reported || data.stage !== stage) return;
    reported = true;
    cluster.kill(kind).then(done.resolve, done.reject);
  });
  return { stop: () => listening.stop(), done: done.promise };
}

/** Lists of the tenant's jobs and snapshots agree with the history. */
async function expectViews(jobs: number, snapshots: number): Promise<void> {
  const where = { tenant: TENANT };
  const { readModel } = adapters;
  const counts = () =>
    Promise.all([
      readModel.view<JobDocument>(views.jobs).count(where),
      readModel.view<SnapshotDocument>(views.snapshots).count(where),
    ]);
  await eventually(async () => (await counts()).join() === `${jobs},${snapshots}`, `${jobs} jobs in the view`, {
    timeout: 60_000,
    interval: 250,
  });
}

(urls === undefined ? describe.skip : describe)(
  'services as processes on the real servers (NATS_URL, EVENTSTORE_URL, MONGODB_URL)',
  () => {
    let api: WatchedApi;

    beforeAll(async () => {
      await begin();
      [api] = (await watchedApis(on, publisher, 1)) as [WatchedApi];
      await syncUntil(on, publisher, api, () => api.version === 1);
    }, 120_000);

    afterAll(end);

    it.each(kills)(
      'complete a sync when every $kind is killed after $stage',
      async ({ kind, stage }) => {
        const death = await killAfter(adapters.broker, kind, stage);
        const next = api.version + 1;
        await syncUntil(on, publisher, api, () => api.version === next);
        await death.done;
        await death.stop();
        expectWhole(await committed(), api);
        expect(publisher.fetches(api.path)).toBe(api.version);
      },
      180_000,
    );

    it('show each sync once in their lists, and none of the services ended by itself', async () => {
      await expectViews(api.version, api.version);
      expect(cluster.fallen).toEqual([]);
    }, 90_000);

    /** The history, once the connection has recorded the last job's end. */
    async function committed(): Promise<History> {
      await on.committed(api.connectionId, api.jobIds.at(-1)!);
      return historyOf(adapters);
    }
  },
);

(urls === undefined ? describe.skip : describe)(
  `services killed at ${MOMENTS} random moments on the real servers (seed ${SEED})`,
  () => {
    beforeAll(begin, 60_000);
    afterAll(end);

    it('complete every sync, each with one job, one snapshot, one set of changes and one alert', async () => {
      const apis = await watchedApis(on, publisher, 2);
      const random = seeded(SEED);
      let ended = false;
      const dying = async () => {
        for (let died = 0; died < MOMENTS; died += 1) {
          await sleep(random() * LONGEST_PEACE_MS);
          const kind = kinds[Math.floor(random() * kinds.length)]!;
          await cluster.kill(kind, random() < 0.5 ? 1 : undefined);
        }
        ended = true;
      };
      await Promise.all([dying(), ...apis.map((api) => syncUntil(on, publisher, api, () => ended))]);
      for (const { connectionId, jobIds } of apis) await on.committed(connectionId, jobIds.at(-1)!);
      const history = await historyOf(adapters);
      for (const api of apis) {
        expectWhole(history, api);
        expect(api.version).toBeGreaterThan(1);
      }
      const syncs = apis.reduce((sum, { version }) => sum + version, 0);
      process.stdout.write(`${syncs} syncs over ${MOMENTS} kills, seed ${SEED}\n`);
      await expectViews(syncs, syncs);
      expect(cluster.fallen).toEqual([]);
    }, 600_000);
  },
);

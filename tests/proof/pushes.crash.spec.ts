import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pushStream, type PushEvent } from '@tidemark/contracts';
import { allPorts, openAdapters } from '@tidemark/platform';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { PagedApi } from '../e2e/testing/paged-api.js';
import { MortalInstallation } from '../installations/mortal-installation.js';
import { embedded } from '../installations/urls.js';
import { readLog } from './testing/log.js';
import { seeded } from './testing/workload.js';

const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const PUSHES = 400;
const LIVES = 12;

let folder: TemporaryFolder;
let api: PagedApi;
beforeAll(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  api.objects.set('issues', []);
});
afterAll(async () => {
  await api.stop();
  await folder.remove();
});

type Events = Awaited<ReturnType<typeof readLog>>;

const ofPushes = (events: Events) =>
  events.filter(({ stream }) => stream.startsWith(`${pushStream.category}-`)) as unknown as readonly PushEvent[];
const recordedIn = (events: Events) =>
  ofPushes(events).flatMap((event) => (event.type === 'ObjectsPushed' ? [event.data] : []));
const takenIn = (events: Events) =>
  ofPushes(events).flatMap((event) => (event.type === 'PushesTaken' ? [event.data] : []));
/** Ids of the jobs that were created. */
const jobsIn = (events: Events) =>
  events.filter(({ type }) => type === 'JobCreated').map(({ data }) => (data as { jobId: string }).jobId);

/** Everything has a job. */
const isDone = (events: Events) =>
  takenIn(events).reduce((sum, { pushed }) => sum + pushed.length, 0) === PUSHES &&
  jobsIn(events).length === takenIn(events).length;

async function stored(): Promise<Events> {
  const adapters = await openAdapters(allPorts, { urls: embedded(folder.path), namespace: 'tidemark' });
  try {
    return await readLog(adapters.eventStore);
  } finally {
    await adapters.close();
  }
}

describe(`pushes to an installation that is killed ${LIVES} times (seed ${SEED})`, () => {
  it('are recorded once each, and are the work of one job each', async () => {
    const random = seeded(SEED);
    const mortal = new MortalInstallation({ folder: folder.path });
    await mortal.start();
    const { id: connectionId } = await mortal.ask<{ id: string }>('create-connection', {
      name: 'pushed',
      source: { connector: 'http-json', config: api.config(['issues']), objects: ['issues'] },
    });
    const killing = (async () => {
      for (let life = 0; life < LIVES; life++) {
        await sleep(random() * 1500);
        await mortal.kill();
        await mortal.start();
      }
    })();
    const push = (n: number) =>
      mortal.ask('push', {
        connectionId,
        deliveryId: `d${n}`,
        objects: [{ object: 'issues', externalId: String(n) }],
      });
    for (let n = 0; n < PUSHES; n += 20) {
      // Each is sent twice at the same moment, and what was answered is sent again later.
      const some = Array.from({ length: 20 }, (_, at) => n + at);
      await Promise.all([...some, ...some].map(push));
      if (n > 0) await push(n - 1);
      await sleep(random() * 800);
    }
    await killing;
    await mortal.kill();
    let events = await stored();
    while (!isDone(events)) {
      await mortal.start();
      await sleep(2000);
      await mortal.kill();
      events = await stored();
    }
    const recorded = recordedIn(events).flatMap(({ deliveries }) => deliveries);
    expect([recorded.length, new Set(recorded).size]).toEqual([PUSHES, PUSHES]);
    const taken = takenIn(events);
    const ids = taken.flatMap(({ pushed }) => pushed.map(({ externalId }) => externalId));
    expect([ids.length, new Set(ids).size]).toEqual([PUSHES, PUSHES]);
    expect(jobsIn(events).toSorted()).toEqual(taken.map(({ jobId }) => jobId).toSorted());
  }, 120_000);
});

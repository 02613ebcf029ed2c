import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { views } from '@tidemark/contracts';
import type { ViewDefinition } from '@tidemark/read-model';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { TENANT } from '../installations/caller.js';
import { History } from './testing/history.js';
import { startInstallation, type Installation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { readLog } from './testing/log.js';
import { MortalInstallation } from '../installations/mortal-installation.js';
import { Publisher } from '../publishers/publisher.js';
import { expectWhole, holdersOf } from './testing/whole.js';
import { seeded, syncUntil, watchedApis, type WatchedApi } from './testing/workload.js';

const MOMENTS = Number(process.env['CRASH_MOMENTS'] ?? 200);
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const CONNECTIONS = 4;
/** Fewer than connections, so that jobs wait for slots too. */
const TENANT_MAX_RUNNING = 2;
/** The longest time from the first answer to a kill, in milliseconds. */
const LONGEST_LIFE_MS = 600;
/** The share of kills during the start. */
const STILLBORN = 0.15;

let folder: TemporaryFolder;
let publisher: Publisher;

beforeAll(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
});

afterAll(async () => {
  await publisher.stop();
  await folder.remove();
});

/** Kills the installation that many times; it stays up afterwards. */
async function dieOften(mortal: MortalInstallation, times: number): Promise<void> {
  const random = seeded(SEED);
  for (let died = 0; died < times; died += 1) {
    const ready = mortal.start();
    if (random() < STILLBORN) await Promise.race([ready, sleep(random() * LONGEST_LIFE_MS)]);
    else await ready.then(() => sleep(random() * LONGEST_LIFE_MS));
    await mortal.kill();
  }
  await mortal.start();
}

/** All documents of all views, once they reflect the whole log. */
async function documentsOf(on: Installation): Promise<Record<string, readonly object[]>> {
  const head = await on.adapters.eventStore.head();
  const all: Record<string, readonly object[]> = {};
  for (const definition of Object.values(views)) {
    const view = on.adapters.readModel.view<{ id: string }>(definition as ViewDefinition<{ id: string }>);
    await eventually(async () => (await view.position()) >= head, `view ${definition.name} at ${head}`);
    const documents: object[] = [];
    for (let page = 1, more = true; more; page += 1) {
      const { data } = await view.query({ sort: [['id', 'asc']], perPage: 1000, page });
      documents.push(...data);
      more = data.length === 1000;
    }
    all[definition.name] = documents;
  }
  return all;
}

describe(`an installation killed at ${MOMENTS} random moments (seed ${SEED})`, () => {
  let apis: WatchedApi[];

  it('completes every requested sync', async () => {
    const mortal = new MortalInstallation({ folder: folder.path, tenantMaxRunning: TENANT_MAX_RUNNING });
    await mortal.start();
    apis = await watchedApis(mortal, publisher, CONNECTIONS);
    await mortal.kill();
    let ended = false;
    const deaths = dieOften(mortal, MOMENTS).finally(() => (ended = true));
    await Promise.all([deaths, ...apis.map((api) => syncUntil(mortal, publisher, api, () => ended))]);
    for (const { connectionId, jobIds } of apis) await mortal.committed(connectionId, jobIds.at(-1)!);
    await mortal.kill();
    // A workload that does almost nothing would prove almost nothing.
    for (const { version } of apis) expect(version).toBeGreaterThan(MOMENTS / 20);
    process.stdout.write(
      `${apis.map(({ version }) => version).join(' + ')} syncs over ${MOMENTS} deaths, seed ${SEED}\n`,
    );
  }, 600_000);

  it('has one job, one snapshot, one set of changes and one alert for each, and a cursor at the last', async () => {
    const on = await startInstallation({ urls: embedded(folder.path), tenantMaxRunning: TENANT_MAX_RUNNING });
    const history = new History(await readLog(on.adapters.eventStore));
    for (const api of apis) expectWhole(history, api);
    expect(history.ofType('JobCreated')).toHaveLength(apis.reduce((sum, { version }) => sum + version, 0));
    expect(on.errors).toEqual([]);
    await on.stop();
  });

  it('has no slot held by an ended job', async () => {
    const on = await startInstallation({ urls: embedded(folder.path), tenantMaxRunning: TENANT_MAX_RUNNING });
    // Released slots are recorded together with the next admission.
    const { id } = await on.create(apis[0]!.connectionId);
    await on.finished(id);
    await on.stop();
    const after = await startInstallation({ urls: embedded(folder.path) });
    const history = new History(await readLog(after.adapters.eventStore));
    expect(holdersOf(history, TENANT)).toEqual([id]);
    await after.stop();
  });

  it('has views that agree with a fresh fold of the log', async () => {
    const lived = await startInstallation({ urls: embedded(folder.path) });
    const documents = await documentsOf(lived);
    await lived.stop();
    for (const end of ['', '-wal', '-shm']) await rm(folder.join(`views.db${end}`), { force: true });
    const fresh = await startInstallation({ urls: embedded(folder.path) });
    expect(await documentsOf(fresh)).toEqual(documents);
    await fresh.stop();
    expect(documents['snapshots']).toHaveLength(apis.reduce((sum, { version }) => sum + version, 0));
  });
});

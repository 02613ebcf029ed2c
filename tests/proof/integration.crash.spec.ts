import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckpointSaved, JobCompleted } from '@tidemark/contracts';
import { allPorts, openAdapters } from '@tidemark/platform';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { PagedApi } from '../e2e/testing/paged-api.js';
import { TENANT } from '../installations/caller.js';
import { MortalInstallation } from '../installations/mortal-installation.js';
import { embedded } from '../installations/urls.js';
import { History } from './testing/history.js';
import { readLog } from './testing/log.js';
import { seeded } from './testing/workload.js';

const MOMENTS = Number(process.env['CRASH_MOMENTS'] ?? 60);
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const OBJECTS = ['issues', 'labels'];
const RECORDS = 600;
const LONGEST_LIFE_MS = 900;
const LONGEST_PAGE = 9;

let folder: TemporaryFolder;
let api: PagedApi;
const random = seeded(SEED);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.join('files'));
  api = await PagedApi.start();
  for (const object of OBJECTS)
    api.objects.set(
      object,
      Array.from({ length: RECORDS }, (_, n) => ({
        id: n % 50 === 49 ? null : n + 1,
        order: n + 1,
        updatedAt: '2026-01-02T03:04:05Z',
      })),
    );
});

afterAll(async () => {
  await api.stop();
  await folder.remove();
});

const ids = Array.from({ length: RECORDS }, (_, n) => n + 1).filter((id) => id % 50 !== 0);

/** Ids in the order of the files' names and lines, repeated ones repeatedly. */
async function written(object: string): Promise<number[]> {
  const root = folder.join('files', TENANT);
  const names = (await readdir(root)).filter((name) => name.startsWith(`${object}.`));
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
  const rows = texts.flatMap((text) => text.split('\n').filter(Boolean));
  return rows.map((row) => (JSON.parse(row) as { id: number }).id).sort((a, b) => a - b);
}

async function historyOf(path: string): Promise<History> {
  const adapters = await openAdapters(allPorts, { urls: embedded(path), namespace: 'tidemark' });
  try {
    return new History(await readLog(adapters.eventStore));
  } finally {
    await adapters.close();
  }
}

describe(`integration jobs killed at ${MOMENTS} random moments (seed ${SEED})`, () => {
  it('write every record once, count what they did, and commit a cursor at the end', async () => {
    // A page that is read again has other boundaries and other contents.
    api.pageSize = () => 1 + Math.floor(random() * LONGEST_PAGE);
    api.touch = (record) => ({ ...record, readAt: random() });
    api.delay = () => sleep(random() * 30);
    const path = folder.join('data');
    const mortal = new MortalInstallation({ folder: path, filesRoot: folder.join('files') });
    await mortal.start();
    const { id: connectionId } = await mortal.ask<{ id: string }>('create-connection', {
      name: 'pages to files',
      source: { connector: 'http-json', config: api.config(OBJECTS), objects: OBJECTS },
      destinations: [{ name: 'lines', connector: 'files', config: { format: 'jsonl' }, mode: 'append' }],
    });
    let ended = false;
    const deaths = (async () => {
      for (let died = 0; died < MOMENTS; died += 1) {
        await sleep(random() * LONGEST_LIFE_MS);
        await mortal.kill();
        await mortal.start();
      }
    })().finally(() => (ended = true));
    const jobIds: string[] = [];
    do {
      const jobId = await mortal.createOnce(connectionId, `run-${jobIds.length}`, { type: 'full' });
      expect(await mortal.finished(jobId, 120_000)).toMatchObject({
        state: 'completed',
        result: 'completed_with_errors',
      });
      await mortal.committed(connectionId, jobId);
      jobIds.push(jobId);
    } while (!ended);
    await deaths;
    await mortal.kill();

    for (const object of OBJECTS) expect(await written(object)).toEqual(ids.flatMap((id) => jobIds.map(() => id)));
    const history = await historyOf(path);
    const total = { processed: 2 * RECORDS, created: 2 * ids.length, failed: 2 * (RECORDS - ids.length) };
    const completed = history.ofType<JobCompleted['data']>('JobCompleted');
    expect(completed.map(({ data }) => data.counts)).toEqual(jobIds.map(() => expect.objectContaining(total)));
    const errors = history
      .ofType<CheckpointSaved['data']>('CheckpointSaved')
      .reduce((sum, { data }) => sum + (data.errors?.count ?? 0), 0);
    expect(errors).toBe(jobIds.length * total.failed);
    process.stdout.write(`${jobIds.length} jobs over ${MOMENTS} deaths, seed ${SEED}\n`);
  }, 600_000);
});

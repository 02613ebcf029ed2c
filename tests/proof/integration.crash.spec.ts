import { readdir, readFile } from 'node:fs/promises';
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
const FROM = Date.parse('2026-01-01T00:00:00Z');
const window = { from: new Date(FROM).toISOString(), to: new Date(FROM + 24 * 3_600_000).toISOString() };
const OBJECTS = ['issues', 'labels'];
const RECORDS = 600;
const LONGEST_LIFE_MS = 900;
const LONGEST_PAGE = 9;

let folder: TemporaryFolder;
let api: PagedApi;
const random = seeded(SEED);

beforeAll(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  for (const object of OBJECTS)
    api.objects.set(
      object,
      Array.from({ length: RECORDS }, (_, n) => ({
        id: n % 50 === 49 ? null : n + 1,
        order: n + 1,
        updatedAt: new Date(FROM + n * 60_000).toISOString(),
      })),
    );
});

afterAll(async () => {
  await api.stop();
  await folder.remove();
});

const ids = Array.from({ length: RECORDS }, (_, n) => n + 1).filter((id) => id % 50 !== 0);

/** Ids in the order of the files' names and lines, repeated ones repeatedly. */
async function written(files: string, object: string): Promise<number[]> {
  const root = join(files, TENANT);
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
  it.each([
    { type: 'full', parameters: {} },
    { type: 'backfill', parameters: { window, slices: 3, chunkSize: 20 } },
  ] as const)(
    'write every record once, and count what they did: $type',
    async (order) => {
      // A page that is read again has other boundaries and other contents.
      api.pageSize = () => 1 + Math.floor(random() * LONGEST_PAGE);
      api.touch = (record) => ({ ...record, readAt: random() });
      api.delay = () => sleep(random() * 30);
      const path = folder.join(order.type);
      const mortal = new MortalInstallation({ folder: path, filesRoot: folder.join(`${order.type}-files`) });
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
        const jobId = await mortal.createOnce(connectionId, `run-${jobIds.length}`, order);
        expect(await mortal.finished(jobId, 120_000)).toMatchObject({
          state: 'completed',
          result: 'completed_with_errors',
        });
        await mortal.committed(connectionId, jobId);
        jobIds.push(jobId);
      } while (!ended);
      await deaths;
      await mortal.kill();

      for (const object of OBJECTS)
        expect(await written(folder.join(`${order.type}-files`), object)).toEqual(
          ids.flatMap((id) => jobIds.map(() => id)),
        );
      const history = await historyOf(path);
      const total = { processed: 2 * RECORDS, created: 2 * ids.length, failed: 2 * (RECORDS - ids.length) };
      const completed = history.ofType<JobCompleted['data']>('JobCompleted');
      expect(completed.map(({ data }) => data.counts)).toEqual(jobIds.map(() => expect.objectContaining(total)));
      const errors = history
        .ofType<CheckpointSaved['data']>('CheckpointSaved')
        .reduce((sum, { data }) => sum + (data.errors?.count ?? 0), 0);
      expect(errors).toBe(jobIds.length * total.failed);
      process.stdout.write(`${jobIds.length} jobs over ${MOMENTS} deaths, seed ${SEED}\n`);
    },
    600_000,
  );
});

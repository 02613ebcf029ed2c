import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobCompleted } from '@tidemark/contracts';
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
const FIRST = 600;
const MORE = 200;
const LONGEST_LIFE_MS = 900;
const PAGE = 20;

let folder: TemporaryFolder;
let api: PagedApi;
const random = seeded(SEED);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.join('files'));
  api = await PagedApi.start();
});

afterAll(async () => {
  await api.stop();
  await folder.remove();
});

const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ id: n + 1, title: `row ${n + 1}` }));

/** Ids in the destination, repeated ones repeatedly. */
async function written(): Promise<number[]> {
  const root = folder.join('files', TENANT);
  const names = (await readdir(root)).filter((name) => name.startsWith('rows.'));
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter(Boolean));
  return lines.map((line) => (JSON.parse(line) as { id: number }).id).sort((a, b) => a - b);
}

async function historyOf(path: string): Promise<History> {
  const adapters = await openAdapters(allPorts, { urls: embedded(path), namespace: 'tidemark' });
  try {
    return new History(await readLog(adapters.eventStore));
  } finally {
    await adapters.close();
  }
}

describe(`record jobs killed at ${MOMENTS} random moments (seed ${SEED})`, () => {
  it('append every row once, count what they did, and leave a snapshot of exactly what arrived', async () => {
    api.delay = () => sleep(random() * 15);
    const path = folder.join('data');
    const mortal = new MortalInstallation({ folder: path, filesRoot: folder.join('files') });
    await mortal.start();
    const { id: connectionId } = await mortal.ask<{ id: string }>('create-connection', {
      name: 'rows to files',
      pipeline: 'records',
      source: { connector: 'http-json', config: api.config(['rows'], PAGE), objects: ['rows'] },
      destinations: [
        { name: 'lines', connector: 'files', config: { format: 'jsonl' }, mode: 'append', object: 'rows', key: ['id'] },
      ],
    });
    let ended = false;
    const deaths = (async () => {
      for (let died = 0; died < MOMENTS; died += 1) {
        await sleep(random() * LONGEST_LIFE_MS);
        await mortal.kill();
        await mortal.start();
      }
    })().finally(() => (ended = true));
    const created: number[] = [];
    do {
      const count = FIRST + MORE * created.length;
      api.objects.set('rows', rows(count));
      const jobId = await mortal.createOnce(connectionId, `run-${created.length}`, {});
      expect(await mortal.finished(jobId, 120_000)).toMatchObject({ state: 'completed', result: 'succeeded' });
      await mortal.committed(connectionId, jobId);
      expect(await written()).toEqual(rows(count).map(({ id }) => id));
      created.push(created.length === 0 ? FIRST : MORE);
    } while (!ended);
    await deaths;
    const last = await mortal.createOnce(connectionId, 'last', {});
    expect(await mortal.finished(last, 120_000)).toMatchObject({ state: 'completed', result: 'unchanged' });
    await mortal.kill();

    const history = await historyOf(path);
    const counts = history.ofType<JobCompleted['data']>('JobCompleted').map(({ data }) => data.counts);
    expect(counts.map((one) => [one.created, one.failed])).toEqual([...created, 0].map((one) => [one, 0]));
    process.stdout.write(`${created.length} jobs over ${MOMENTS} deaths, seed ${SEED}\n`);
  }, 600_000);
});

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi, type ApiRecord } from '../testing/paged-api.js';

let api: PagedApi;
let folder: TemporaryFolder;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  installation = await startStandaloneInstallation({ settings: { filesRoot: folder.path } });
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
  await folder.remove();
});

const record = (id: number, more: object = {}): ApiRecord => ({
  id,
  title: `issue ${id}`,
  updatedAt: '2026-01-02T03:04:05Z',
  ...more,
});
const records = (count: number): ApiRecord[] => Array.from({ length: count }, (_, n) => record(n + 1));

const toFiles = { name: 'lines', connector: 'files', config: { format: 'jsonl' } };
const connect = (objects: readonly string[], given: object = {}) =>
  on.connect({ connector: 'http-json', config: api.config(objects) }, { destinations: [toFiles], ...given });

/** The rows that were written for an object, in files of the default tenant's folder. */
async function written(object: string): Promise<any[]> {
  const files = (await readdir(join(folder.path, 'default'), { recursive: true }))
    .filter((name) => name.includes(object))
    .sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder.path, 'default', name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  );
}

describe('an integration sync', () => {
  it('writes every object of every page to the destination, and counts what it did', async () => {
    api.objects.set('issues', records(25));
    api.objects.set('labels', records(3));
    const id = await connect(['issues', 'labels']);
    const job = await on.sync(id);
    expect(job).toMatchObject({ state: 'completed', result: 'succeeded', type: 'incremental', percent: 100 });
    expect(job.counts).toMatchObject({ processed: 28, created: 28, failed: 0 });
    expect((await written('issues')).map((row) => row.id).sort((a, b) => a - b)).toEqual(
      records(25).map((one) => one.id),
    );
    expect(await written('labels')).toHaveLength(3);
  });
});

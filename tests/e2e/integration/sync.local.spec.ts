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

  it('goes on from the cursor of the last completed job, object by object', async () => {
    api.objects.set('issues', records(12));
    const id = await connect(['issues']);
    await on.ended(await on.order(id));
    api.objects.get('issues')!.push(record(13, { updatedAt: '2999-01-01T00:00:00Z' }));
    const from = api.requests.length;
    const job = await on.ended(await on.order(id));
    expect(api.requests.slice(from)[0]).toMatch(/since=/);
    expect(job.counts).toMatchObject({ processed: 1, created: 1 });
    const full = await on.ended(await on.order(id, { type: 'full' }));
    expect(full.counts.processed).toBe(13);
  });

  it('is completed with errors when one object fails, and the others are whole', async () => {
    for (const name of ['issues', 'labels', 'teams']) api.objects.set(name, records(11));
    api.failures.set('labels', { status: 403 });
    const id = await connect(['issues', 'labels', 'teams']);
    const job = await on.ended(await on.order(id));
    expect(job).toMatchObject({ state: 'completed', result: 'completed_with_errors', percent: 100 });
    expect(await written('teams')).toHaveLength(11);
    api.failures.clear();
    const from = api.requests.length;
    await on.ended(await on.order(id));
    // The failed one begins where it would have begun, the others go on.
    const first = (name: string) => api.requests.slice(from).find((url) => url.startsWith(`/${name}?`));
    expect([first('labels'), first('teams')]).toEqual([
      expect.not.stringContaining('since='),
      expect.stringContaining('since='),
    ]);
    expect(await written('labels')).toHaveLength(11);
  });

  it('fails when every object fails, with the cause', async () => {
    api.failures.set('issues', { status: 403 });
    const job = await on.ended(await on.order(await connect(['issues'])));
    expect(job).toMatchObject({ state: 'failed', lastError: { code: 'SOURCE_FORBIDDEN' } });
  });

  it('fails before its cursor moves when more objects fail than the policy allows', async () => {
    api.objects.set('issues', [...records(8), { title: 'no id', id: null }]);
    const id = await connect(['issues'], { policies: { maxErrorRate: 0.1 } });
    expect(await on.ended(await on.order(id))).toMatchObject({
      state: 'failed',
      lastError: { code: 'ERROR_RATE_EXCEEDED' },
    });
    expect((await on.get(`/v1/connections/${id}/cursor`)).body.cursor).toBeNull();
    await on.call('PATCH', `/v1/connections/${id}`, { body: { policies: { maxErrorRate: 0.5 } } });
    expect(await on.ended(await on.order(id))).toMatchObject({
      result: 'completed_with_errors',
      counts: { processed: 9, failed: 1 },
    });
  });

  it('is not failed by an optional destination, and says what that one missed', async () => {
    api.objects.set('issues', records(4));
    const optional = {
      name: 'warehouse',
      connector: 'postgres',
      config: { host: '127.0.0.1', port: 1, database: 'none', user: 'none' },
      required: false,
    };
    const id = await connect(['issues'], { destinations: [toFiles, optional] });
    const job = await on.ended(await on.order(id));
    expect(job).toMatchObject({ state: 'completed', counts: { created: 4, failed: 0 } });
  });
});

describe('a connection of an integration', () => {
  it('is refused with the field at fault', async () => {
    const source = { connector: 'github', config: { repositories: ['a/b'] }, objects: ['isues'] };
    const fieldsOf = async (body: object) =>
      (await on.post('/v1/connections', { name: 'x', ...body })).body.error.fields.map((one: any) => one.field);
    expect(await fieldsOf({ source })).toEqual(['source.objects[0]']);
    const good = { connector: 'http-json', config: api.config(['issues']) };
    expect(await fieldsOf({ source: good, destinations: [{ ...toFiles, mode: 'upsert' }] })).toEqual([
      'destinations[0].mode',
    ]);
    expect(await fieldsOf({ source: { connector: 'noop', config: {} }, destinations: [toFiles] })).toEqual([
      'destinations',
    ]);
    expect(await fieldsOf({ source: good, destinations: [toFiles, toFiles] })).toEqual(['destinations[1].name']);
  });
});

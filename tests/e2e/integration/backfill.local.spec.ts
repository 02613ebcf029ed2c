import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi } from '../testing/paged-api.js';

const FROM = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
const COUNT = 240;

let api: PagedApi;
let folder: TemporaryFolder;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  api.objects.set(
    'issues',
    Array.from({ length: COUNT }, (_, n) => ({ id: n + 1, updatedAt: new Date(FROM + n * HOUR).toISOString() })),
  );
  installation = await startStandaloneInstallation({ settings: { filesRoot: folder.path } });
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
  await folder.remove();
});

const connect = () =>
  on.connect(
    { connector: 'http-json', config: api.config(['issues']) },
    { destinations: [{ name: 'lines', connector: 'files', config: { format: 'jsonl' }, mode: 'append' }] },
  );

const window = { from: new Date(FROM).toISOString(), to: new Date(FROM + 200 * HOUR).toISOString() };
const backfill = { type: 'backfill', window, slices: 4, chunkSize: 5 };

/** Ids of the rows that were written, repeated ones repeatedly. */
async function written(): Promise<number[]> {
  const root = join(folder.path, 'default');
  const texts = await Promise.all((await readdir(root)).map((name) => readFile(join(root, name), 'utf8')));
  const rows = texts.flatMap((text) => text.split('\n').filter(Boolean));
  return rows.map((row) => (JSON.parse(row) as { id: number }).id).sort((a, b) => a - b);
}

const ids = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('a backfill', () => {
  it('reads exactly its window, in slices, the newest first, and leaves the cursor alone', async () => {
    const id = await connect();
    const job = await on.ended(await on.order(id, backfill));
    expect(job).toMatchObject({ state: 'completed', type: 'backfill', counts: { processed: 200, created: 200 } });
    expect(await written()).toEqual(ids(200));
    const slices = api.requests.filter((url) => !url.includes('after=')).map((url) => /since=([^&]+)/.exec(url)![1]!);
    expect(new Set(slices).size).toBe(4);
    expect(slices[0]).toBe(slices.toSorted().at(-1));
    expect(api.requests.every((url) => url.includes('limit=5'))).toBe(true);
    expect((await on.get(`/v1/connections/${id}/cursor`)).body.cursor).toBeNull();
  });

  it('keeps what it did when it is cancelled, and goes on in another job', async () => {
    const id = await connect();
    let answered = 0;
    const gate = Promise.withResolvers<void>();
    api.delay = async () => ((answered += 1) > 20 ? gate.promise : undefined);
    const first = await on.order(id, backfill);
    await eventually(() => answered > 20);
    await on.post(`/v1/jobs/${first}/cancel`);
    const cancelled = await on.ended(first);
    expect(cancelled.state).toBe('cancelled');
    gate.resolve();
    const from = api.requests.length;
    const { processed } = cancelled.counts;
    expect(processed).toBeLessThan(200);
    const resumed = await on.post(`/v1/jobs/${first}/resume`);
    expect(resumed).toMatchObject({ status: 202, body: { retryOf: first, type: 'backfill' } });
    const job = await on.ended(resumed.body.id);
    expect(job).toMatchObject({ state: 'completed', counts: { processed: 200, created: 200 } });
    expect(await written()).toEqual(ids(200));
    expect(api.requests.length - from).toBeLessThan(200 / backfill.chunkSize);
  });

  it('runs beside the other syncs of its connection, and overwrites nothing that they have written since', async () => {
    const id = await on.connect({ connector: 'http-json', config: api.config(['issues']) });
    const gate = Promise.withResolvers<void>();
    api.delay = async (url) => (url.includes('until=') ? gate.promise : undefined);
    const first = await on.order(id, backfill);
    await eventually(() => api.requests.length > 0);
    const titled = (title: string) =>
      api.objects.set(
        'issues',
        api.objects.get('issues')!.map((issue) => (issue.id! <= 100 ? { ...issue, title } : issue)),
      );
    titled('new');
    const beside = await on.sync(id);
    expect(beside).toMatchObject({ state: 'completed', counts: { created: COUNT } });
    expect((await on.get(`/v1/jobs/${first}`)).body.state).toBe('running');
    expect((await on.post(`/v1/connections/${id}/jobs`, { ...backfill, whenBusy: 'reject' })).body.error).toMatchObject(
      {
        code: 'CONNECTION_BUSY',
        message: expect.not.stringContaining('#'),
      },
    );
    const { cursor } = (await on.get(`/v1/connections/${id}/cursor`)).body;
    titled('as it was before');
    gate.resolve();
    expect(await on.ended(first)).toMatchObject({ state: 'completed', counts: { processed: 200, skipped: 200 } });
    expect((await on.get(`/v1/connections/${id}/records/issues/1`)).body).toMatchObject({ data: { title: 'new' } });
    expect((await on.get(`/v1/connections/${id}/cursor`)).body).toMatchObject({ cursor, jobId: beside.id });
    expect(await on.sync(id)).toMatchObject({ state: 'completed' });
  });

  it('is resumed only when it was cancelled or failed', async () => {
    const id = await connect();
    const completed = await on.ended(await on.order(id, backfill));
    expect((await on.post(`/v1/jobs/${completed.id}/resume`)).body.error.code).toBe('JOB_NOT_RETRYABLE');
    const { key } = await on.newKey('other', 'read', 'write');
    expect((await on.post(`/v1/jobs/${completed.id}/resume`, undefined, { key })).status).toBe(404);
  });

  it('is refused with the field at fault', async () => {
    const id = await connect();
    const faults = async (connectionId: string, body: object) =>
      (await on.post(`/v1/connections/${connectionId}/jobs`, body)).body.error.fields.map((one: any) => one.field);
    expect(await faults(id, { type: 'backfill' })).toEqual(['window']);
    expect(await faults(id, { window })).toEqual(['window']);
    expect(await faults(id, { type: 'backfill', window: { from: window.to, to: window.from } })).toEqual(['window.to']);
    const files = { connector: 'files', config: { format: 'jsonl', objects: [{ name: 'x', files: 'x.jsonl' }] } };
    expect(await faults(await on.connect(files), backfill)).toEqual(['type']);
  });
});

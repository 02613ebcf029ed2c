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

const records = (count: number, given: Partial<ApiRecord> = {}): ApiRecord[] =>
  Array.from({ length: count }, (_, n) => ({ id: n + 1, order: n + 1, updatedAt: '2026-01-02T03:04:05Z', ...given }));

const destinations = [{ name: 'lines', connector: 'files', config: { format: 'jsonl' } }];
const sourceOf = (objects: readonly string[], more: object = {}) => ({
  connector: 'http-json',
  config: api.config(['issues', 'labels']),
  objects,
  ...more,
});
const connect = (objects: readonly string[]) => on.connect(sourceOf(objects), { destinations });
const sync = async (id: string, given: object = {}) => on.ended(await on.order(id, given));
const cursorOf = async (id: string) => (await on.get(`/v1/connections/${id}/cursor`)).body.cursor;
/** The objects whose reading began at the beginning, of the requests from that one on. */
const fromTheBeginning = (from: number) =>
  new Set(
    api.requests
      .slice(from)
      .filter((url) => !url.includes('since=') && !url.includes('after='))
      .map((url) => /^\/(\w+)/.exec(url)![1]),
  );

describe('the errors of a job', () => {
  it('are listed in pages, and grouped by code and message pattern', async () => {
    api.objects.set(
      'issues',
      [...records(3), ...records(30, { id: null }), ...records(2)].map((one, n) => ({ ...one, order: n + 1 })),
    );
    const job = await sync(await connect(['issues']));
    expect(job).toMatchObject({ result: 'completed_with_errors', counts: { failed: 30, created: 3 + 2 } });
    const first = await on.get(`/v1/jobs/${job.id}/errors?perPage=20`);
    expect(first.body).toMatchObject({
      pagination: { page: 1, perPage: 20, total: 30 },
      groups: [{ code: 'OBJECT_MISSING_ID', count: 30 }],
    });
    expect(first.body.data).toHaveLength(20);
    expect(first.body.data[0]).toMatchObject({ objectType: 'issues', code: 'OBJECT_MISSING_ID', data: { order: 4 } });
    const second = await on.get(`/v1/jobs/${job.id}/errors?perPage=20&cursor=${first.body.next}`);
    expect(second.body.data).toHaveLength(10);
    expect(second.body.next).toBeUndefined();
    const pattern = encodeURIComponent(first.body.groups[0].pattern);
    expect((await on.get(`/v1/jobs/${job.id}/errors?pattern=${pattern}`)).body.pagination.total).toBe(30);
    expect((await on.get(`/v1/jobs/${job.id}/errors?code=OTHER`)).body.pagination.total).toBe(0);
  });

  it('are those of the tenant alone', async () => {
    api.objects.set('issues', records(3, { id: null }));
    const { id } = await sync(await connect(['issues']));
    const { key } = await on.newKey('other', 'read');
    expect((await on.get(`/v1/jobs/${id}/errors`, { key })).status).toBe(404);
  });
});

describe('a job of some objects', () => {
  beforeEach(() => {
    for (const name of ['issues', 'labels']) api.objects.set(name, records(25));
  });

  it('reads and commits these alone', async () => {
    const id = await connect(['issues', 'labels']);
    expect((await sync(id, { objects: ['labels'] })).counts.processed).toBe(25);
    expect(Object.keys((await cursorOf(id)).objects)).toEqual(['labels']);
    expect(await sync(id, { objects: ['teams'] })).toMatchObject({ lastError: { code: 'OBJECT_UNKNOWN' } });
  });

  it('may be a sample, which leaves the cursor alone', async () => {
    const id = await connect(['issues', 'labels']);
    const job = await sync(id, { limit: 13 });
    expect(job).toMatchObject({ state: 'completed', counts: { processed: 26, created: 26 } });
    expect(await cursorOf(id)).toBeNull();
    await sync(id);
    const before = await cursorOf(id);
    await sync(id, { type: 'full', limit: 1 });
    expect(await cursorOf(id)).toEqual(before);
  });

  it('is refused with the parameter at fault', async () => {
    const id = await connect(['issues']);
    const faults = async (body: object) =>
      (await on.post(`/v1/connections/${id}/jobs`, body)).body.error.fields.map((one: any) => one.field);
    expect(await faults({ limit: 0 })).toEqual(['limit']);
    expect(await faults({ dryRun: true })).toEqual(['dryRun']);
    expect(await faults({ only: { code: 'X' } })).toEqual(['only']);
    expect(await faults({ type: 'webhook' })).toEqual(['type']);
  });
});

describe('the cursor of a connection', () => {
  beforeEach(() => {
    for (const name of ['issues', 'labels']) api.objects.set(name, records(12));
  });

  it('is dropped by a reset, of all objects or some', async () => {
    const id = await connect(['issues', 'labels']);
    await sync(id);
    expect((await on.post(`/v1/connections/${id}/reset`, { objects: ['labels'] })).status).toBe(200);
    let from = api.requests.length;
    await sync(id);
    expect(fromTheBeginning(from)).toEqual(new Set(['labels']));
    expect((await on.post(`/v1/connections/${id}/reset`, {})).status).toBe(200);
    expect(await cursorOf(id)).toBeNull();
    from = api.requests.length;
    await sync(id);
    expect(fromTheBeginning(from)).toEqual(new Set(['issues', 'labels']));
  });

  it('stays when an object is added, and is dropped with another config', async () => {
    const id = await connect(['issues']);
    await sync(id);
    const change = (source: object) => on.call('PATCH', `/v1/connections/${id}`, { body: { source } });
    expect((await change(sourceOf(['issues', 'labels']))).status).toBe(200);
    let from = api.requests.length;
    await sync(id);
    expect(fromTheBeginning(from)).toEqual(new Set(['labels']));
    await change({ ...sourceOf(['issues']), config: api.config(['issues', 'labels'], 5) });
    expect(await cursorOf(id)).toBeNull();
    from = api.requests.length;
    await sync(id);
    expect(fromTheBeginning(from)).toEqual(new Set(['issues']));
  });

  it('is not committed by a job that was running when it was reset', async () => {
    const gate = Promise.withResolvers<void>();
    const id = await connect(['issues']);
    api.gate = gate.promise;
    const jobId = await on.order(id);
    while (api.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await on.post(`/v1/connections/${id}/reset`, {});
    gate.resolve();
    expect(await on.ended(jobId)).toMatchObject({ state: 'completed' });
    const from = api.requests.length;
    await sync(id);
    expect(fromTheBeginning(from)).toEqual(new Set(['issues']));
  });
});

describe('the view of a job', () => {
  it('shows where each object began, why, and how it and each destination fared', async () => {
    for (const name of ['issues', 'labels']) api.objects.set(name, records(12));
    api.failures.set('labels', { status: 403 });
    const id = await connect(['issues', 'labels']);
    const { objects, destinations: written } = await sync(id);
    expect(objects).toMatchObject({
      issues: { state: 'completed', from: 'beginning', reason: expect.stringContaining('before'), read: 12 },
      labels: { state: 'failed', from: 'beginning', error: { code: 'SOURCE_FORBIDDEN' } },
    });
    expect(objects.issues.pageSize).toBeGreaterThan(0);
    expect(written).toEqual({ lines: { written: 12, failed: 0 } });
    api.failures.clear();
    expect((await sync(id)).objects).toMatchObject({
      issues: { from: 'cursor' },
      labels: { from: 'beginning', read: 12 },
    });
  });

  it('has room for many objects in one second', async () => {
    const names = Array.from({ length: 80 }, (_, n) => `object_with_a_long_name_${n}`);
    for (const name of names) api.objects.set(name, []);
    const id = await on.connect({ connector: 'http-json', config: api.config(names) }, { destinations });
    const job = await sync(id);
    expect(job).toMatchObject({ state: 'completed', result: 'succeeded' });
    expect(Object.keys(job.objects).sort()).toEqual(names.sort());
    expect((await sync(id)).state).toBe('completed');
  });
});

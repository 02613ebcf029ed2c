import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi } from '../testing/paged-api.js';

let api: PagedApi;
let folder: TemporaryFolder;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  const people = Array.from({ length: 30 }, (_, n) => ({
    ...{
      id: n + 1,
      updatedAt: '2026-01-01T00:00:00Z',
      email: `private-${n}@example.com`,
      name: n === 1 ? null : 'Ann',
    },
  }));
  api.objects.set('people', people);
  installation = await startStandaloneInstallation({ settings: { filesRoot: folder.path } });
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
  await folder.remove();
});

const mapping = [
  { to: 'id', from: 'id' },
  { to: 'name', from: 'name', required: true },
  { to: 'email', from: 'email', mask: 'hash' },
];
const lines = { name: 'lines', connector: 'files', config: { format: 'jsonl' }, mode: 'append', mapping };
const source = (config: object = api.config(['people'])) => ({ connector: 'http-json', config, objects: ['people'] });
const listed = async () => (await on.get('/v1/connections')).body.data;

describe('a preview', () => {
  it('shows ten records as a destination would get them, and writes nothing', async () => {
    const answer = await on.post('/v1/connections/test', { source: source(), destinations: [lines] });
    expect(answer).toMatchObject({ status: 200, body: { problems: [] } });
    const { rows } = answer.body;
    expect(rows).toHaveLength(10);
    expect(rows[0]).toEqual({
      ...{ object: 'people', destination: 'lines', externalId: '1' },
      row: { id: 1, name: 'Ann', email: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(rows[1].problem).toMatchObject({ code: 'REQUIRED_FIELD_MISSING', field: 'name' });
    expect(JSON.stringify(answer.body)).not.toContain('private-');
    expect(await listed()).toEqual([]);
    expect(await readdir(join(folder.path, 'default'))).toEqual([]);
  });

  it('of a connection masks with its key, and is of its tenant alone', async () => {
    const id = await on.connect(source(), { destinations: [lines] });
    const first = await on.post(`/v1/connections/${id}/preview`, { limit: 2 });
    expect(first.body.rows).toHaveLength(2);
    expect((await on.post(`/v1/connections/${id}/preview`, { limit: 2 })).body).toEqual(first.body);
    const { key } = await on.newKey('other', 'write');
    expect((await on.post(`/v1/connections/${id}/preview`, {}, { key })).status).toBe(404);
  });

  it('says within its time that a source does not answer', async () => {
    api.delay = () => new Promise(() => {});
    const answer = await on.post('/v1/connections/test', { source: source() });
    expect(answer.body.problems).toEqual([
      expect.objectContaining({
        field: 'source',
        message: expect.stringContaining('did not answer within 10 seconds'),
      }),
    ]);
  }, 30_000);
});

describe('a new connection', () => {
  const create = (body: object) => on.post('/v1/connections', { name: 'people', destinations: [lines], ...body });

  it('is created when source and destination work', async () => {
    expect((await create({ source: source() })).status).toBe(201);
  });

  it('is not created when its source does not, and the answer names the field; unless it is not checked', async () => {
    const config = { ...api.config(['people']), baseUrl: 'http://127.0.0.1:9/' };
    const refused = await create({ source: source(config) });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
    expect(refused.body.error.fields[0].field).toMatch(/^source/);
    expect(await listed()).toEqual([]);
    expect((await create({ source: source(config), check: false })).status).toBe(201);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { embedded } from '../../installations/urls.js';
import { PagedApi } from '../testing/paged-api.js';

const MARK = 'MARKED-SECRET-41a7';

let api: PagedApi;
let folder: TemporaryFolder;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  installation = await startStandaloneInstallation({ urls: embedded(folder.path) });
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
  await folder.remove();
});

const stored = async (more: object = {}) =>
  (await on.post('/v1/credentials', { name: 'api', connector: 'http-json', kind: 'bearer', token: MARK, ...more }))
    .body;
const connect = (credentialId: string) =>
  on.connect({ connector: 'http-json', config: api.config(['issues']), credentialId });
const fieldsOf = (answer: { body: any }) => answer.body.error.fields.map(({ field }: any) => field);

describe('a stored credential', () => {
  it('signs a connection in, and can be replaced', async () => {
    api.token = MARK;
    api.objects.set('issues', [{ id: 1 }]);
    const { id } = await stored();
    const connection = await connect(id);
    expect(await on.ended(await on.order(connection))).toMatchObject({ state: 'completed', counts: { created: 1 } });
    api.token = 'another';
    expect(await on.ended(await on.order(connection))).toMatchObject({ state: 'failed' });
    const replaced = await on.call('PUT', `/v1/credentials/${id}`, { body: { kind: 'bearer', token: 'another' } });
    expect(replaced.status).toBe(200);
    expect(await on.ended(await on.order(connection))).toMatchObject({ state: 'completed' });
  });

  it('is refused with the field at fault, which is not repeated', async () => {
    const create = (body: object) => on.post('/v1/credentials', { name: 'x', connector: 'http-json', ...body });
    expect(fieldsOf(await create({ kind: 'bearer' }))).toEqual(['token']);
    expect(fieldsOf(await create({ kind: 'bearer', token: `a\n${MARK}` }))).toEqual(['token']);
    expect(fieldsOf(await create({ kind: 'api-key', key: 'k', in: 'body' }))).toEqual(['in', 'parameter']);
    expect(fieldsOf(await create({ kind: 'basic', username: 'u', password: 'p', connector: 'none' }))).toEqual([
      'connector',
    ]);
    expect(fieldsOf(await create({ connector: 'github', kind: 'basic', username: 'u', password: 'p' }))).toEqual([
      'kind',
    ]);
    const { id } = await stored();
    const wrong = { connector: 'github', config: { repositories: ['a/b'] }, credentialId: id };
    for (const source of [wrong, { ...wrong, credentialId: 'none' }])
      expect(fieldsOf(await on.post('/v1/connections', { name: 'x', source }))).toEqual(['source.credentialId']);
  });

  it('belongs to its tenant, and stays while connections use it', async () => {
    const { id } = await stored();
    const { key } = await on.newKey('bolt', 'read', 'write');
    for (const [method, body] of [['GET'], ['PUT', { kind: 'bearer', token: 't' }], ['DELETE']] as const)
      expect((await on.call(method, `/v1/credentials/${id}`, { key, ...(body && { body }) })).status).toBe(404);
    expect((await on.get('/v1/credentials', { key })).body).toEqual({ data: [] });
    const source = { connector: 'http-json', config: api.config(['issues']), credentialId: id };
    expect(fieldsOf(await on.post('/v1/connections', { name: 'x', source }, { key }))).toEqual(['source.credentialId']);
    const connection = await connect(id);
    // At once: the view of connections may not have it yet.
    const refused = await on.call('DELETE', `/v1/credentials/${id}`);
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('test')]);
    await on.call('DELETE', `/v1/connections/${connection}`);
    expect((await on.call('DELETE', `/v1/credentials/${id}`)).status).toBe(204);
    const headers = { 'idempotency-key': 'one' };
    const body = { name: 'x', connector: 'http-json', kind: 'bearer', token: 't' };
    expect((await on.post('/v1/credentials', body, { headers })).status).toBe(201);
    expect((await on.post('/v1/credentials', body, { headers })).body.error.code).toBe('DUPLICATE_REQUEST');
  });
});

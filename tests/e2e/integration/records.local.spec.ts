import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi, type ApiRecord } from '../testing/paged-api.js';

let api: PagedApi;
let installation: StandaloneInstallation;
let on: Client;

beforeEach(async () => {
  api = await PagedApi.start();
  installation = await startStandaloneInstallation();
  on = installation.client;
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
});

const record = (id: number, more: object = {}): ApiRecord => ({ id, title: `issue ${id}`, ...more });
const records = (count: number): ApiRecord[] => Array.from({ length: count }, (_, n) => record(n + 1));
const connect = (given: object = {}) =>
  on.connect({ connector: 'http-json', config: api.config(['issues']) }, { pipeline: 'integration', ...given });
const run = async (id: string, given: object = {}) => on.ended(await on.order(id, given));
const feed = async (id: string, query = '') => (await on.get(`/v1/connections/${id}/records?${query}`)).body;
const idsOf = ({ data }: { data: any[] }) => data.map(({ externalId }) => externalId);

describe('an integration without destinations', () => {
  it('keeps what it reads as records, and feeds their changes', async () => {
    api.objects.set('issues', records(25));
    const id = await connect();
    expect((await run(id)).counts).toMatchObject({ processed: 25, created: 25 });
    const first = await feed(id, 'perPage=20');
    expect(first.pagination).toEqual({ perPage: 20, nextCursor: expect.any(String) });
    const second = await feed(id, `perPage=20&cursor=${first.pagination.nextCursor}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(records(25).map(({ id: one }) => String(one)));
    expect(second.pagination.nextCursor).toBeNull();
    api.objects.set('issues', [record(1, { title: 'new' }), ...records(25).slice(1), record(26)]);
    expect((await run(id, { type: 'full' })).counts).toMatchObject({ created: 1, updated: 1, skipped: 24, deleted: 0 });
    expect(idsOf(await feed(id, `cursor=${second.endCursor}`))).toEqual(['1', '26']);
    const one = await on.get(`/v1/connections/${id}/records/issues/1`);
    expect(one.body).toMatchObject({ object: 'issues', externalId: '1', deleted: false, data: { title: 'new' } });
  });

  it('marks as deleted what a full job did not see, and nothing when it could not use everything', async () => {
    api.objects.set('issues', records(10));
    const id = await connect();
    await run(id);
    api.objects.set('issues', [...records(9).slice(1), { id: null }]);
    expect((await run(id, { type: 'full' })).counts).toMatchObject({ deleted: 0, failed: 1 });
    api.objects.set('issues', records(9).slice(1));
    expect((await run(id)).counts).toMatchObject({ deleted: 0 });
    expect((await run(id, { type: 'full' })).counts).toMatchObject({ deleted: 2, skipped: 8 });
    expect(idsOf(await feed(id, 'deleted=true')).sort()).toEqual(['1', '10']);
  });

  it('refuses to delete more than the policy allows, and deletes nothing then', async () => {
    api.objects.set('issues', records(150));
    const id = await connect();
    await run(id);
    api.objects.set('issues', records(50));
    const refused = await run(id, { type: 'full' });
    expect(refused).toMatchObject({ state: 'failed', lastError: { code: 'TOO_MANY_DELETES' } });
    expect(idsOf(await feed(id, 'deleted=true'))).toEqual([]);
    await on.call('PATCH', `/v1/connections/${id}`, { body: { policies: { maxDeletes: 1 } } });
    expect((await run(id, { type: 'full' })).counts).toMatchObject({ deleted: 100 });
  });

  it('belongs to its tenant, and goes with its connection', async () => {
    api.objects.set('issues', records(1));
    const id = await connect();
    await run(id);
    const { key } = await on.newKey('bolt', 'read');
    for (const path of ['records', 'records/issues/1'])
      expect((await on.get(`/v1/connections/${id}/${path}`, { key })).status).toBe(404);
    expect((await on.get(`/v1/connections/${id}/records?cursor=rubbish`)).body.error.fields).toMatchObject([
      { field: 'cursor' },
    ]);
    await on.call('DELETE', `/v1/connections/${id}`);
    expect(
      await installation.adapters.records.list({ tenant: 'default', connectionId: id }, { limit: 5 }),
    ).toMatchObject({
      records: [],
    });
  });
});

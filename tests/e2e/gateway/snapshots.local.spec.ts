import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import type { Edge } from '../../installations/edge.js';
import { WatchingEdge } from '../../installations/watching-edge.js';
import { apiOf } from '../../publishers/descriptions.js';

const before = apiOf('1.0.0', { '/invoices': ['id', 'total'], '/payments': ['id'] });
const after = apiOf('1.1.0', { '/invoices': ['id'], '/payments': ['id', 'currency'], '/refunds': ['id'] });

let watching: WatchingEdge;
let edge: Edge;
let connectionId: string;
let secondJob: string;

beforeAll(async () => {
  watching = await WatchingEdge.start();
  ({ edge, connectionId } = watching);
  await watching.sync(before);
  secondJob = await watching.sync(after);
  await eventually(async () => (await changes()).pagination.total > 0, 'the changes in the view');
}, 30_000);
afterAll(() => watching.close());

const changes = async (query = '') => (await edge.call('GET', `/v1/connections/${connectionId}/changes${query}`)).body;
const snapshots = async () => (await edge.call('GET', `/v1/connections/${connectionId}/snapshots`)).body;

describe('snapshots over HTTP', () => {
  it('are listed, the newest first, and shown without internal fields', async () => {
    const list = await snapshots();
    expect(list).toMatchObject({ pagination: { page: 1, perPage: 50, total: 2 }, asOf: expect.any(Number) });
    const [newer, older] = list.data;
    expect(newer).toMatchObject({ jobId: secondJob, previousId: older.id, title: 'Billing', apiVersion: '1.1.0' });
    expect(older).toMatchObject({ previousId: null, apiVersion: '1.0.0', operations: 2 });
    expect(newer).not.toHaveProperty('tenant');
    expect((await edge.call('GET', `/v1/snapshots/${newer.id}`)).body).toEqual(newer);
  });

  it('list their operations in pages, resolved', async () => {
    const [{ id }] = (await snapshots()).data;
    const { body } = await edge.call('GET', `/v1/snapshots/${id}/operations?perPage=2`);
    expect(body).toMatchObject({
      data: [
        { method: 'GET', path: '/invoices' },
        { method: 'GET', path: '/payments' },
      ],
      pagination: { page: 1, perPage: 2, total: 3 },
    });
    const content = body.data[0].responses['200'].content['application/json'];
    expect(Object.keys(content.properties)).toEqual(['id']);
    const second = (await edge.call('GET', `/v1/snapshots/${id}/operations?perPage=2&page=2`)).body;
    expect(second.data).toMatchObject([{ path: '/refunds' }]);
  });

  it('return the document as it was fetched, or 304 to clients that have it', async () => {
    const [{ id, rawBlob }] = (await snapshots()).data;
    const raw = await edge.call('GET', `/v1/snapshots/${id}/raw`);
    expect([raw.status, raw.body]).toEqual([200, after]);
    expect(raw.headers.get('content-type')).toBe('application/json');
    expect(raw.headers.get('x-content-type-options')).toBe('nosniff');
    const etag = raw.headers.get('etag')!;
    expect(etag).toBe(`"${rawBlob}"`);
    const again = await edge.call('GET', `/v1/snapshots/${id}/raw`, { headers: { 'if-none-match': etag } });
    expect([again.status, again.body]).toEqual([304, '']);
  });

  it('are not visible to other tenants', async () => {
    const [{ id }] = (await snapshots()).data;
    const [change] = (await changes()).data;
    const { key } = await edge.newKey('stranger', 'read');
    const parts = ['', '/operations', '/raw'].map((part) => `/v1/snapshots/${id}${part}`);
    for (const path of [...parts, `/v1/changes/${change.id}`, '/v1/snapshots/nope', '/v1/changes/nope'])
      expect([path, (await edge.call('GET', path, { key })).status]).toEqual([path, 404]);
  });
});

describe('changes over HTTP', () => {
  it('describe the change, its location and its severity', async () => {
    const list = await changes();
    const breaking = list.data.filter(({ severity }: { severity: string }) => severity === 'breaking');
    expect(breaking).toMatchObject([{ jobId: secondJob, connectionId, operation: 'GET /invoices' }]);
    expect(breaking[0]).not.toHaveProperty('tenant');
    const opened = (await edge.call('GET', `/v1/changes/${breaking[0].id}`)).body;
    expect(opened).toEqual({ ...breaking[0], operations: ['GET /invoices'] });
    expect(breaking[0]).toMatchObject({ operationCount: 1, ignored: null });
  });

  it('can be filtered, also by several severities, and paged', async () => {
    const all = await changes();
    const count = (test: (change: Record<string, string>) => boolean) => all.data.filter(test).length;
    const total = async (query: string) => (await changes(query)).pagination.total;
    expect(all.pagination.total).toBeGreaterThan(2);
    expect(await total('?severity=breaking')).toBe(count(({ severity }) => severity === 'breaking'));
    expect(await total('?severity=breaking,safe&severity=info')).toBe(count(({ severity }) => severity !== 'risky'));
    expect(await total('?operation=get%20/refunds')).toBe(count(({ operation }) => operation === 'GET /refunds'));
    const { rule, snapshotId, detectedAt } = all.data[0];
    expect(await total(`?rule=${rule}`)).toBe(count((change) => change['rule'] === rule));
    expect(await total(`?jobId=${secondJob}&snapshotId=${snapshotId}`)).toBe(all.pagination.total);
    expect(await total('?jobId=nope')).toBe(0);
    expect(await total(`?since=${detectedAt}`)).toBe(all.pagination.total);
    expect(await total('?since=2100-01-01T00:00:00Z')).toBe(0);
    const second = await changes('?severity=breaking,risky,safe,info&perPage=1&page=2');
    expect([second.data, second.pagination]).toEqual([
      [all.data[1]],
      { page: 2, perPage: 1, total: all.pagination.total },
    ]);
  });

  it('reject invalid filters', async () => {
    const { status, body } = await edge.call(
      'GET',
      `/v1/connections/${connectionId}/changes?severity=bad&since=monday`,
    );
    expect(status).toBe(400);
    expect(body.error.fields.map(({ field }: { field: string }) => field).sort()).toEqual(['severity', 'since']);
  });
});

describe('results of jobs', () => {
  it('are in the overview', async () => {
    const { body } = await edge.call('GET', '/v1/overview');
    expect(body).toMatchObject({
      now: { running: 0, waiting: 0 },
      jobs: { last24h: { completed: 2, failed: 0, total: 2, successRate: 1, averageDurationMs: expect.any(Number) } },
      connections: { active: 1, total: 1 },
    });
  });

  it('are checked against the events', async () => {
    const projections = async () => (await edge.call('GET', '/v1/projections')).body.data;
    for (const { name } of await projections()) {
      const check = await edge.call('POST', `/v1/projections/${name}/check`);
      expect([check.status, check.body]).toMatchObject([202, { name, lastCheck: { endedAt: null, repaired: null } }]);
    }
    await eventually(
      async () => (await projections()).every(({ lastCheck }: any) => lastCheck?.endedAt),
      'the checks to end',
    );
    for (const { name, lastCheck } of await projections())
      expect([name, lastCheck]).toEqual([name, { ...lastCheck, documents: expect.any(Number), repaired: 0 }]);
    expect((await edge.call('POST', '/v1/projections/nope/check')).status).toBe(404);
  });

  it('can be rebuilt from the events while they are read', async () => {
    const projection = async (name: string) =>
      (await edge.call('GET', '/v1/projections')).body.data.find((one: { name: string }) => one.name === name);
    expect(await projection('changes')).toMatchObject({ owner: 'differ', state: 'live' });
    const total = (await changes()).pagination.total;
    for (const name of ['jobs', 'connections', 'snapshots', 'changes', 'api-keys']) {
      const rebuild = await edge.call('POST', `/v1/projections/${name}/rebuild`);
      expect([rebuild.status, rebuild.body]).toMatchObject([202, { name, state: 'rebuilding' }]);
      await eventually(async () => (await projection(name)).state === 'live', `${name} to be live again`);
    }
    expect((await changes()).pagination.total).toBe(total);
    expect((await edge.call('POST', '/v1/projections/nope/rebuild')).status).toBe(404);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import type { Edge } from '../../installations/edge.js';
import { WatchingEdge } from '../../installations/watching-edge.js';
import { apiOf } from '../../publishers/descriptions.js';

const first = apiOf('1.0.0', { '/invoices': ['id', 'total'], '/payments': ['id', 'note'], '/refunds': ['id'] });
const second = apiOf('1.1.0', { '/invoices': ['id'], '/payments': ['id'] });
const noop = { connector: 'noop', config: {} };

let watching: WatchingEdge;
let edge: Edge;
let connectionId: string;
let jobId: string;
let snapshotId: string;

beforeAll(async () => {
  watching = await WatchingEdge.start();
  ({ edge, connectionId } = watching);
  await watching.sync(first);
  jobId = await watching.sync(second);
  for (const name of ['a', 'b', 'c', 'd']) {
    await edge.call('POST', '/v1/connections', { body: { name, source: noop } });
    await edge.call('POST', '/v1/providers', { body: { name, source: noop } });
    await edge.newKey('lists', 'read');
  }
  await eventually(async () => (await page(`/v1/connections/${connectionId}/changes`)).data.length > 2, 'the changes');
  await eventually(async () => (await page('/v1/providers')).data.length >= 4, 'the providers');
  await eventually(async () => (await page('/v1/connections')).data.length >= 5, 'the connections');
  snapshotId = (await page(`/v1/connections/${connectionId}/snapshots`)).data[0].id;
}, 30_000);
afterAll(() => watching.close());

const page = async (path: string) => (await edge.call('GET', path)).body;

/** The pages of a list, each after the one before. */
async function walk(path: string, between: () => Promise<unknown> = async () => {}) {
  const url = `${path}${path.includes('?') ? '&' : '?'}perPage=1`;
  const found = [];
  for (let cursor: string | undefined; ;) {
    const body = await page(cursor === undefined ? url : `${url}&cursor=${cursor}`);
    found.push(...body.data);
    expect(body.pagination.page).toBe(cursor === undefined ? 1 : undefined);
    if (body.next === undefined) return found;
    cursor = body.next;
    await between();
  }
}

const lists: readonly (readonly [what: string, path: () => string])[] = [
  ['connections', () => '/v1/connections'],
  ['connections in a state', () => '/v1/connections?state=active'],
  ['jobs', () => '/v1/jobs'],
  ['jobs of a connection', () => `/v1/connections/${connectionId}/jobs`],
  ['snapshots', () => `/v1/connections/${connectionId}/snapshots`],
  ['changes', () => `/v1/connections/${connectionId}/changes`],
  ['changes of an operation', () => `/v1/connections/${connectionId}/changes?operation=GET+/payments`],
  ['changes that are not ignored', () => `/v1/connections/${connectionId}/changes?ignored=false`],
  ['a comparison', () => `/v1/connections/${connectionId}/comparison`],
  ['operations', () => `/v1/snapshots/${snapshotId}/operations`],
  ['a timeline', () => `/v1/jobs/${jobId}/timeline`],
  ['providers', () => '/v1/providers'],
  ['keys', () => '/v1/keys?tenant=lists'],
];

describe('a cursor', () => {
  it.each(lists)('continues a list of %s to its end', async (_, path) => {
    const whole = (await page(path())).data;
    expect(whole.length).toBeGreaterThan(0);
    expect(await walk(path())).toEqual(whole);
  });

  it.each(lists)('of another list is refused by a list of %s', async (_, path) => {
    for (const cursor of ['x', 'W10', 'bzE', '%00'])
      expect(await page(`${path()}${path().includes('?') ? '&' : '?'}perPage=2&cursor=${cursor}`)).toMatchObject({
        error: { code: 'VALIDATION_FAILED' },
      });
  });

  it('is not given together with a page', async () => {
    const { next } = await page('/v1/connections?perPage=1');
    const { error } = await page(`/v1/connections?perPage=1&page=2&cursor=${next}`);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ field: 'page' }] });
  });

  it('neither repeats nor skips rows while others are added', async () => {
    const before = (await page('/v1/connections')).data.map(({ id }: { id: string }) => id);
    let total = before.length;
    const add = async () => {
      await edge.call('POST', '/v1/connections', { body: { name: 'more', source: noop } });
      total += 1;
      await eventually(async () => (await page('/v1/connections?perPage=1')).pagination.total === total, 'the view');
    };
    expect((await walk('/v1/connections', add)).map(({ id }) => id)).toEqual(before);
    expect((await page('/v1/connections?perPage=200')).data).toHaveLength(total);
  });
});

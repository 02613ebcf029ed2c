import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangesDetected } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import type { Edge } from '../../installations/edge.js';
import { WatchingEdge } from '../../installations/watching-edge.js';
import { apiOf } from '../../publishers/descriptions.js';

const first = apiOf('1.0.0', { '/invoices': ['id', 'total'], '/payments': ['id', 'note'] });
const second = apiOf('1.1.0', { '/invoices': ['id'], '/payments': ['id'] });
const third = apiOf('1.2.0', { '/invoices': [], '/payments': [] });

let watching: WatchingEdge;
let edge: Edge;
let connectionId: string;

beforeAll(async () => {
  watching = await WatchingEdge.start();
  ({ edge, connectionId } = watching);
  await watching.sync(first);
  await watching.sync(second);
  await eventually(async () => (await changes()).pagination.total > 0, 'the changes in the view');
}, 30_000);
afterAll(() => watching.close());

const at = (path: string) => `/v1/connections/${connectionId}/${path}`;
const changes = async (query = '') => (await edge.call('GET', at(`changes${query}`))).body;
const ignore = (body: object) => edge.call('POST', at('ignores'), { body });
const inView = (count: number) =>
  eventually(async () => (await edge.call('GET', at('ignores'))).body.data.length === count, 'the list in the view');

async function alertsOf(jobId: string) {
  const events = [];
  for await (const event of edge.adapters.eventStore.read(`job-${jobId}`)) events.push(event);
  return events.filter(({ type }) => type === 'ChangesDetected').map(({ data }) => data as ChangesDetected['data']);
}

describe('the ignore list of a dependency', () => {
  it('marks the changes that it expects, and does not alter the record', async () => {
    const all = await changes();
    const { status, body } = await ignore({ operation: 'GET /invoices', reason: 'we do not call it' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ operation: 'GET /invoices', until: null, createdBy: expect.stringMatching(/^key:/) });
    await inView(1);
    const marked = await changes();
    expect(marked.pagination.total).toBe(all.pagination.total);
    for (const change of marked.data)
      expect(change.ignored).toEqual(
        change.operation === 'GET /invoices' ? { id: body.id, reason: 'we do not call it' } : null,
      );
    const ignored = (await changes('?ignored=true')).pagination.total;
    const others = (await changes('?ignored=false')).pagination.total;
    expect(ignored).toBeGreaterThan(0);
    expect(ignored + others).toBe(all.pagination.total);
  });

  it('accepts the same rule once', async () => {
    const again = await ignore({ operation: 'GET /invoices', reason: 'we do not call it' });
    expect(again.status).toBe(201);
    expect((await edge.call('GET', at('ignores'))).body.data).toEqual([again.body]);
  });

  it('keeps ignored changes out of alerts, and sends no alert when all are ignored', async () => {
    const [alert, ...more] = await alertsOf(await watching.sync(third));
    expect(more).toEqual([]);
    const unignored = (await changes('?ignored=false&perPage=200')).data.filter(
      ({ snapshotId }: { snapshotId: string }) => snapshotId === alert!.snapshotId,
    );
    expect(alert!.bySeverity.breaking).toBe(
      unignored.filter(({ severity }: { severity: string }) => severity === 'breaking').length,
    );
    await ignore({ rule: '*', reason: 'moving away', until: '2100-01-01' });
    const quiet = await watching.sync(first);
    expect(await alertsOf(quiet)).toEqual([]);
    await eventually(async () => (await changes(`?jobId=${quiet}`)).pagination.total > 0, 'the changes all the same');
  });

  it('can be shortened; changes that it no longer expects are unexpected again', async () => {
    await inView(2);
    const [invoices, everything] = (await edge.call('GET', at('ignores'))).body.data;
    for (const { id } of [invoices, everything])
      expect((await edge.call('DELETE', at(`ignores/${id}`))).status).toBe(204);
    await inView(0);
    expect((await changes('?ignored=true')).pagination.total).toBe(0);
    expect((await edge.call('DELETE', at(`ignores/${invoices.id}`))).status).toBe(404);
  });

  it.each([
    [{ reason: 'x' }, 'rule', /`rule` or one of `operation`/],
    [{ rule: 'a' }, 'reason', /`reason` must be text/],
    [{ rule: 'a', reason: 'x', until: 'tomorrow' }, 'until', /ISO 8601/],
    [{ rules: 'a', reason: 'x' }, 'rules', /known field/],
  ])('refuses %j', async (rule, field, message) => {
    const { status, body } = await ignore(rule);
    expect([status, body.error.fields]).toEqual([400, [{ field, message: expect.stringMatching(message) }]]);
  });

  it('is not visible to other tenants', async () => {
    const { key } = await edge.newKey('stranger', 'read', 'write');
    for (const method of ['GET', 'POST'])
      expect(
        (
          await edge.call(method, at('ignores'), {
            key,
            ...(method === 'POST' && { body: { rule: 'a', reason: 'b' } }),
          })
        ).status,
      ).toBe(404);
  });
});

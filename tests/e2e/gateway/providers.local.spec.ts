import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alertStream, CATALOGUE, subscribersAfter, subscriberStream, views } from '@tidemark/contracts';
import type { Adapters } from '@tidemark/platform';
import { eventually, withMembers } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { apiOf } from '../../publishers/descriptions.js';
import { Publisher } from '../../publishers/publisher.js';

const before = apiOf('1.0.0', { '/invoices': ['id', 'total'] });
const after = apiOf('1.1.0', { '/invoices': ['id'] });

let edge: Edge;
let publisher: Publisher;
let provider: string;
let acme: string;
let globex: string;

beforeAll(async () => {
  publisher = await Publisher.start(before);
  edge = await Edge.start();
  await edge.startRunners();
  const source = publisher.source();
  provider = (await edge.call('POST', '/v1/providers', { body: { name: 'Billing', source } })).body.id;
  acme = (await edge.newKey('acme', 'read', 'write')).key;
  globex = (await edge.newKey('globex', 'read', 'write')).key;
}, 30_000);
afterAll(async () => {
  await edge.close();
  await publisher.stop();
});

const as = (key: string, method: string, path: string, body?: object) =>
  edge.call(method, path, { key, ...(body && { body }) });
const subscribe = (key: string, body: object = {}) => as(key, 'POST', `/v1/providers/${provider}/subscription`, body);
const alerts = async (tenant: string) => {
  const alerts: { tenant: string; connectionId: string }[] = [];
  const [{ id }] = (await as(acme, 'GET', `/v1/connections/${(await subscribe(acme)).body.id}/snapshots`)).body.data;
  for await (const { data } of edge.adapters.eventStore.read(alertStream.of(id)))
    alerts.push(data as (typeof alerts)[number]);
  return alerts.filter((one) => one.tenant === tenant);
};

async function sync() {
  const { status } = await edge.call('POST', `/v1/providers/${provider}/jobs`);
  expect(status).toBe(202);
}

describe('a provider', () => {
  it('is visible to all tenants, and managed by operators only', async () => {
    const list = (await as(acme, 'GET', '/v1/providers')).body;
    expect(list.data).toMatchObject([{ id: provider, name: 'Billing', subscriptionId: null }]);
    const hidden = { connector: 'openapi', config: {} };
    expect(list.data[0].source).toEqual(hidden);
    expect((await as(acme, 'GET', `/v1/providers/${provider}`)).body.source).toEqual(hidden);
    expect((await edge.get(`/v1/providers/${provider}`)).body.source).toEqual(publisher.source());
    expect(
      (await as(acme, 'POST', '/v1/providers', { name: 'x', source: { connector: 'noop', config: {} } })).status,
    ).toBe(403);
    expect((await as(acme, 'DELETE', `/v1/providers/${provider}`)).status).toBe(403);
    expect((await as(acme, 'GET', `/v1/connections/${provider}`)).status).toBe(404);
    expect((await as(acme, 'GET', `/v1/providers/nope`)).status).toBe(404);
  });

  it('has one subscription per tenant, a connection without syncs of its own', async () => {
    const first = await subscribe(acme);
    expect([first.status, first.body]).toMatchObject([
      201,
      { name: 'Billing', source: { connector: 'provider', config: { providerId: provider } }, nextSyncAt: null },
    ]);
    const [again, other] = await Promise.all([subscribe(acme), subscribe(globex, { name: 'theirs' })]);
    expect(again.body).toEqual(first.body);
    expect(other.body).toMatchObject({ name: 'theirs' });
    expect(other.body.id).not.toBe(first.body.id);
    const path = `/v1/connections/${first.body.id}`;
    expect((await as(acme, 'POST', `${path}/jobs`, { type: 'full' })).status).toBe(409);
    expect((await as(acme, 'POST', `${path}/pause`)).status).toBe(409);
    expect((await as(acme, 'PATCH', path, { schedule: { every: 'hourly' } })).status).toBe(409);
    expect((await as(acme, 'PATCH', path, { name: 'ours' })).body).toMatchObject({ name: 'ours' });
    expect((await as(acme, 'POST', '/v1/providers/nope/subscription', {})).status).toBe(404);
  });

  it('is fetched once for all, and each subscriber sees its snapshots and changes as its own', async () => {
    const { id } = (await subscribe(acme)).body;
    await sync();
    const seen = (path: string) => as(acme, 'GET', `/v1/connections/${id}/${path}`);
    await eventually(async () => (await seen('snapshots')).body.pagination.total === 1, 'the baseline');
    publisher.publish(after);
    await sync();
    await eventually(async () => (await seen('changes')).body.pagination.total > 0, 'the changes');
    const [snapshot] = (await seen('snapshots')).body.data;
    expect(snapshot).toMatchObject({ apiVersion: '1.1.0', connectionId: id });
    expect((await as(acme, 'GET', `/v1/snapshots/${snapshot.id}`)).body).toEqual(snapshot);
    expect((await as(acme, 'GET', `/v1/snapshots/${snapshot.id}/raw`)).body).toEqual(after);
    const [change] = (await seen('changes?severity=breaking')).body.data;
    expect(change).toMatchObject({ connectionId: id, operation: 'GET /invoices' });
    expect((await as(acme, 'GET', `/v1/changes/${change.id}`)).body).toMatchObject({ id: change.id, connectionId: id });
    expect((await seen('comparison')).body.bySeverity.breaking).toBeGreaterThan(0);
    const { key } = await edge.newKey('initech', 'read');
    for (const path of [`/v1/snapshots/${snapshot.id}`, `/v1/changes/${change.id}`, `/v1/connections/${id}/changes`])
      expect([path, (await as(key, 'GET', path)).status]).toEqual([path, 404]);
  });

  it('notifies each subscriber once, without the changes that the subscriber ignores', async () => {
    const heard: { tenant: string; bySeverity: { breaking: number } }[] = [];
    const listening = await edge.adapters.broker.listen('tidemark.evt.alerts.ChangesDetected', ({ data }) =>
      heard.push(data as (typeof heard)[number]),
    );
    const { id } = (await subscribe(globex)).body;
    await as(globex, 'POST', `/v1/connections/${id}/ignores`, { rule: '*', reason: 'do not care' });
    await eventually(
      async () => (await as(globex, 'GET', `/v1/connections/${id}/ignores`)).body.data.length === 1,
      'the ignore list',
    );
    publisher.publish(apiOf('2.0.0', {}));
    await sync();
    await eventually(() => heard.length >= 2, 'both alerts');
    await listening.stop();
    expect(heard.map(({ tenant }) => tenant).sort()).toEqual(['acme', 'globex']);
    expect(heard.find(({ tenant }) => tenant === 'acme')!.bySeverity.breaking).toBe(1);
    expect(heard.find(({ tenant }) => tenant === 'globex')!.bySeverity).toEqual({
      breaking: 0,
      risky: 0,
      safe: 0,
      info: 0,
    });
    const { body } = await as(acme, 'GET', `/v1/connections/${(await subscribe(acme)).body.id}/changes?ignored=true`);
    expect(body.pagination.total).toBe(0);
  });

  it('can be unsubscribed from and subscribed to again, and can be removed without subscribers', async () => {
    await eventually(
      async () => (await as(acme, 'GET', `/v1/providers/${provider}`)).body.subscribers === 2,
      'both subscribers in the view',
    );
    const refused = await edge.call('DELETE', `/v1/providers/${provider}`);
    expect([refused.status, refused.body.error.message]).toEqual([409, 'the provider still has 2 subscribers']);
    const { key: operator } = await edge.newKey(CATALOGUE, 'read', 'write');
    expect((await as(operator, 'DELETE', `/v1/connections/${provider}`)).status).toBe(409);
    const { id } = (await subscribe(acme)).body;
    expect((await as(acme, 'DELETE', `/v1/providers/${provider}/subscription`)).status).toBe(204);
    expect((await as(acme, 'GET', `/v1/connections/${id}/changes`)).status).toBe(404);
    expect((await subscribe(acme)).body).toMatchObject({ id, name: 'Billing' });
    publisher.publish(apiOf('3.0.0', { '/x': ['id'] }));
    await sync();
    await eventually(async () => (await alerts('acme')).length === 1, 'an alert after coming back');
    for (const key of [acme, globex])
      expect((await as(key, 'DELETE', `/v1/connections/${(await subscribe(key)).body.id}`)).status).toBe(204);
    await eventually(
      async () => (await as(acme, 'GET', `/v1/providers/${provider}`)).body.subscribers === 0,
      'no subscribers in the view',
    );
    expect((await edge.call('DELETE', `/v1/providers/${provider}`)).status).toBe(204);
    expect((await as(acme, 'GET', `/v1/providers/${provider}`)).status).toBe(404);
  });
});

describe('a subscription whose removal was interrupted', () => {
  it('is notified again once it is requested again', async () => {
    const source = publisher.source();
    const { id } = (await edge.call('POST', '/v1/providers', { body: { name: 'Billing', source } })).body;
    const mine = () => as(acme, 'POST', `/v1/providers/${id}/subscription`, {});
    const { id: connectionId } = (await mine()).body;
    const { eventStore } = edge.adapters;
    const removed = { id: randomUUID(), type: 'SubscriberRemoved', data: { connectionId, at: 0 }, metadata: {} };
    await eventStore.append(subscriberStream.of(id), [removed], 'any');
    expect((await mine()).body.id).toBe(connectionId);
    const subscribers = await subscribersAfter(eventStore.read(subscriberStream.of(id)));
    expect(subscribers).toEqual([{ tenant: 'acme', connectionId }]);
  });
});

describe('a subscription that is not in the view yet', () => {
  it('can be ended', async () => {
    const nothing = { data: [], total: 0, asOf: -1 };
    const replace = ({ readModel, ...adapters }: Adapters): Adapters => {
      const view: typeof readModel.view = (definition) => {
        const known = readModel.view(definition);
        const unknown = { query: () => Promise.resolve(nothing) };
        return definition.name === views.connections.name ? withMembers(known, unknown) : known;
      };
      return { ...adapters, readModel: withMembers(readModel, { view }) };
    };
    const blind = await Edge.start({ replace });
    const source = publisher.source();
    const { id } = (await blind.call('POST', '/v1/providers', { body: { name: 'Billing', source } })).body;
    const subscription = `/v1/providers/${id}/subscription`;
    expect((await blind.call('POST', subscription, { body: {} })).status).toBe(201);
    expect((await blind.call('DELETE', subscription)).status).toBe(204);
    const again = await blind.call('DELETE', subscription);
    expect([again.status, again.body.error.message]).toEqual([404, 'no subscription to this provider']);
    await blind.close();
  });
});

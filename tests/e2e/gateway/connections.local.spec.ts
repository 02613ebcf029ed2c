import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';

let edge: Edge;
beforeAll(async () => void (edge = await Edge.start()), 30_000);
afterAll(() => edge.close());

const noop = { connector: 'noop', config: {} };

describe('connections over HTTP', () => {
  it('creates one, shows it, changes it and removes it', async () => {
    const input = { name: 'billing api', source: noop, schedule: { every: 'hourly' } };
    const created = await edge.call('POST', '/v1/connections', { body: input });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ id: expect.any(String), state: 'active', ...input, whenBusy: 'queue' });
    const path = `/v1/connections/${created.body.id}`;
    expect((await edge.call('GET', path)).body).toEqual(created.body);

    const changes = { name: 'billing', schedule: { cron: '0 6 * * *', timeZone: 'Europe/Berlin' } };
    const changed = await edge.call('PATCH', path, { body: changes });
    expect([changed.status, changed.body]).toMatchObject([200, { ...changes, source: noop }]);

    for (const [verb, state] of [
      ['pause', { state: 'active', paused: true }],
      ['resume', { state: 'active', paused: false }],
      ['disconnect', { state: 'disconnected' }],
      ['reconnect', { state: 'active' }],
    ] as const) {
      const answer = await edge.call('POST', `${path}/${verb}`);
      expect([answer.status, answer.body]).toMatchObject([200, state]);
    }
    const cursor = await edge.call('GET', `${path}/cursor`);
    expect(cursor.body).toEqual({ cursor: null, jobId: null, committedAt: null });

    expect(await edge.call('DELETE', path)).toMatchObject({ status: 204, body: '' });
    expect((await edge.call('GET', path)).status).toBe(404);
  });

  it('creates one under an idempotency key, of several requests at once and later, also once it is gone', async () => {
    const headers = { 'idempotency-key': 'billing' };
    const body = { name: 'billing', source: { connector: 'openapi', config: { url: 'https://example.com' } } };
    const create = (more: object = {}) => edge.call('POST', '/v1/connections', { headers, body: { ...body, ...more } });
    const answers = await Promise.all([create(), create(), create()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const { id } = answers.find(({ status }) => status === 201)!.body;
    const expectDuplicate = ({ status, body: { error } }: Awaited<ReturnType<typeof create>>) =>
      expect([status, error]).toMatchObject([409, { code: 'DUPLICATE_REQUEST', id }]);
    for (const answer of answers) if (answer.status === 409) expectDuplicate(answer);
    const other = await create({ name: 'other' });
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);

    await edge.call('PATCH', `/v1/connections/${id}`, { body: { name: 'renamed' } });
    expectDuplicate(await create());
    await edge.call('POST', `/v1/connections/${id}/disconnect`);
    expectDuplicate(await create());
    await edge.call('DELETE', `/v1/connections/${id}`);
    expectDuplicate(await create());
    expect((await edge.call('GET', `/v1/connections/${id}`)).status).toBe(404);
    const { key } = await edge.newKey('other-tenant', 'write');
    expect((await edge.call('POST', '/v1/connections', { key, headers, body })).status).toBe(201);
  });

  it('lists them in pages, the newest first, without internal fields', async () => {
    const { key } = await edge.newKey('lister', 'read', 'write');
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c'])
      ids.push((await edge.call('POST', '/v1/connections', { key, body: { name, source: noop } })).body.id);
    const list = await eventually(async () => {
      const { body } = await edge.call('GET', '/v1/connections?perPage=2', { key });
      return body.pagination.total === 3 && body;
    }, 'the view to catch up');
    expect(list.data.map(({ id }: { id: string }) => id)).toEqual(ids.toReversed().slice(0, 2));
    expect(list).toMatchObject({ pagination: { page: 1, perPage: 2, total: 3 }, asOf: expect.any(Number) });
    const single = (await edge.call('GET', `/v1/connections/${ids[2]}`, { key })).body;
    expect(list.data[0]).toEqual(single);
    const second = await edge.call('GET', '/v1/connections?perPage=2&page=2&state=active,error', { key });
    expect(second.body.data).toMatchObject([{ id: ids[0] }]);
    expect((await edge.call('GET', '/v1/connections?state=revoked', { key })).body.data).toEqual([]);
  });

  it('passes on validation errors of the coordinator, with the fields', async () => {
    const unknown = { name: 'x', source: { connector: 'nope', config: {} } };
    const answer = await edge.call('POST', '/v1/connections', { body: unknown });
    expect([answer.status, answer.body.error]).toMatchObject([
      400,
      { code: 'VALIDATION_FAILED', fields: [{ field: 'source.connector', message: expect.any(String) }] },
    ]);
    const cron = { name: 'x', source: noop, schedule: { cron: 'often' } };
    const { body } = await edge.call('POST', '/v1/connections', { body: cron });
    expect(body.error.fields).toMatchObject([{ field: 'schedule.cron' }]);
  });

  it('accepts a config with any names of members', async () => {
    const config = { constructor: 1, then: { a: [null, { b: true }] } };
    const answer = await edge.call('POST', '/v1/connections', { body: { name: 'x', source: { ...noop, config } } });
    // The connector has no such settings: its error names them, so they have arrived.
    const named = answer.body.error.fields.map(({ field }: { field: string }) => field);
    expect(named).toEqual(expect.arrayContaining(['source.config.constructor', 'source.config.then']));
  });
});

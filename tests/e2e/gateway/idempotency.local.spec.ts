import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Edge } from '../../installations/edge.js';

let edge: Edge;
let connectionId: string;
let providerId: string;
beforeAll(async () => {
  edge = await Edge.start();
  await edge.startRunners();
  connectionId = await edge.connect();
  const body = { name: 'Billing', source: { connector: 'noop', config: {} } };
  providerId = (await edge.call('POST', '/v1/providers', { body })).body.id;
}, 30_000);
afterAll(() => edge.close());

interface Creation {
  readonly path: () => string;
  readonly body: object;
  readonly other: object;
  /** Undoes the creation. */
  readonly undo?: (id: string) => Promise<unknown>;
}

const noop = { connector: 'noop', config: {} };
const creations: readonly (readonly [what: string, creation: Creation])[] = [
  [
    'a connection',
    {
      path: () => '/v1/connections',
      body: { name: 'x', source: noop },
      other: { name: 'y', source: noop },
      undo: (id) => edge.call('DELETE', `/v1/connections/${id}`),
    },
  ],
  [
    'a provider',
    {
      path: () => '/v1/providers',
      body: { name: 'x', source: noop, schedule: { every: 'daily' } },
      other: { name: 'x', source: noop, schedule: { every: 'hourly' } },
      undo: (id) => edge.call('DELETE', `/v1/providers/${id}`),
    },
  ],
  [
    'a subscription',
    {
      path: () => `/v1/providers/${providerId}/subscription`,
      body: { name: 'ours' },
      other: { name: 'theirs' },
      undo: () => edge.call('DELETE', `/v1/providers/${providerId}/subscription`),
    },
  ],
  [
    'an API key',
    { path: () => '/v1/keys', body: { name: 'x', scopes: ['read'] }, other: { name: 'y', scopes: ['read'] } },
  ],
];

describe('an idempotency key', () => {
  it.each(creations)('creates %s once, and is refused with another body', async (what, { path, body, other, undo }) => {
    const headers = { 'idempotency-key': `for ${what}` };
    const create = (given = body) => edge.call('POST', path(), { headers, body: given });
    const created = await create();
    expect(created.status).toBe(201);
    const { id } = created.body;
    const expectDuplicate = async () => {
      const { status, body: answer } = await create();
      expect([status, answer.error]).toMatchObject([409, { code: 'DUPLICATE_REQUEST', id }]);
      expect(JSON.stringify(answer)).not.toContain('tmk_');
    };
    await expectDuplicate();
    const refused = await create(other);
    expect([refused.status, refused.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    await undo?.(id);
    await expectDuplicate();
  });

  it.each(creations)('creates %s once of several requests at once', async (what, { path, body }) => {
    const headers = { 'idempotency-key': `${what} in parallel` };
    const answers = await Promise.all([1, 2, 3, 4].map(() => edge.call('POST', path(), { headers, body })));
    const ids = answers.flatMap(({ status, body: { id } }) => (status === 201 ? [id] : []));
    expect(new Set(ids).size).toBe(1);
    for (const { status, body: answer } of answers)
      if (status !== 201) expect([status, answer.error.code]).toEqual([409, 'DUPLICATE_REQUEST']);
  });

  it('adds an ignore rule once, also when it was removed since', async () => {
    const path = `/v1/connections/${connectionId}/ignores`;
    const headers = { 'idempotency-key': 'rule' };
    const add = (reason: string) => edge.call('POST', path, { headers, body: { rule: 'x-*', reason } });
    const { status, body } = await add('known');
    expect(status).toBe(201);
    await edge.call('DELETE', `${path}/${body.id}`);
    expect((await add('known')).body.error).toMatchObject({ code: 'DUPLICATE_REQUEST', id: body.id });
    expect((await add('other')).body.error).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('starts one job of a provider', async () => {
    const headers = { 'idempotency-key': 'provider sync' };
    const sync = () => edge.call('POST', `/v1/providers/${providerId}/jobs`, { headers });
    const { status, body } = await sync();
    expect(status).toBe(202);
    expect((await sync()).body.error).toMatchObject({ code: 'DUPLICATE_JOB', jobId: body.id });
  });

  it('belongs to one tenant', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const body = { name: 'x', source: noop };
    const { key } = await edge.newKey('other', 'write');
    const own = await edge.call('POST', '/v1/connections', { headers, body });
    const theirs = await edge.call('POST', '/v1/connections', { key, headers, body });
    expect([own.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.id).not.toBe(own.body.id);
  });
});

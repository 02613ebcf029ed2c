import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFirstKey, ensureKey } from '@tidemark/gateway';
import { Edge } from '../../installations/edge.js';

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const streamOf = (key: string) => `apikey-${hashOf(key)}`;

let edge: Edge;
beforeAll(async () => void (edge = await Edge.start()), 30_000);
afterAll(() => edge.close());

describe('API keys', () => {
  it('are shown once, and never stored', async () => {
    const body = { name: 'ci', tenant: 'acme', scopes: ['read', 'write', 'read'] };
    const created = await edge.call('POST', '/v1/keys', { body });
    expect(created.status).toBe(201);
    const { id, key } = created.body;
    expect(created.body).toMatchObject({ name: 'ci', tenant: 'acme', scopes: ['read', 'write'], revokedAt: null });
    expect(key).toMatch(/^tmk_[\w-]{43}$/);
    const events = await Array.fromAsync(edge.adapters.eventStore.read(streamOf(key)));
    expect(JSON.stringify(events)).not.toContain(key.slice(4));
    expect(events).toMatchObject([{ type: 'ApiKeyCreated', data: { keyId: id, tenant: 'acme' } }]);
    expect((await edge.call('GET', '/v1/connections', { key })).status).toBe(200);
  });

  it('work and end, whatever a newer version wrote to their streams', async () => {
    const { id, key } = await edge.newKey('acme', 'read');
    const events = ['ApiKeyRenamed', 'ApiKeyRevoked'].map((type) => ({
      ...{ id: randomUUID(), type, data: { version: 2, at: 1 }, metadata: {} },
    }));
    await edge.adapters.eventStore.append(streamOf(key), events, 0);
    expect((await edge.call('GET', '/v1/jobs', { key })).status).toBe(200);
    expect((await edge.call('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    expect((await edge.call('GET', '/v1/jobs', { key })).status).toBe(401);
  });

  it('end at once when they are revoked, also right after they were created', async () => {
    const { id, key } = await edge.newKey('acme', 'read');
    expect((await edge.call('GET', '/v1/jobs', { key })).status).toBe(200);
    expect((await edge.call('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    const refused = await edge.call('GET', '/v1/jobs', { key });
    expect([refused.status, refused.body.error.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await edge.call('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    expect((await edge.call('DELETE', '/v1/keys/nope')).status).toBe(404);
    // Revoking waited for the view, so the list has it.
    const { body } = await edge.call('GET', '/v1/keys?tenant=acme');
    const listed = body.data.find((one: { id: string }) => one.id === id);
    expect(Object.keys(listed).sort()).toEqual(['createdAt', 'id', 'name', 'revokedAt', 'scopes', 'tenant']);
  });

  it('allow what their scopes permit and nothing else', async () => {
    const { key: reader } = await edge.newKey('acme', 'read');
    const { key: writer } = await edge.newKey('acme', 'read', 'write');
    const body = { name: 'x', source: { connector: 'noop', config: {} } };
    const statuses = async (key: string) => [
      (await edge.call('GET', '/v1/connections', { key })).status,
      (await edge.call('POST', '/v1/connections', { key, body })).status,
      (await edge.call('GET', '/v1/keys', { key })).status,
      (await edge.call('POST', '/v1/projections/jobs/rebuild', { key })).status,
    ];
    expect(await statuses(reader)).toEqual([200, 403, 403, 403]);
    expect(await statuses(writer)).toEqual([200, 201, 403, 403]);
    const { body: refusal } = await edge.call('GET', '/v1/keys', { key: writer });
    expect(refusal.error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('operate') });
  });

  it("do not see another tenant's data", async () => {
    const connectionId = await edge.connect();
    const jobId = await edge.order(connectionId);
    const { key } = await edge.newKey('stranger', 'read', 'write', 'operate');
    const paths = ['', '/cursor', '/jobs', '/snapshots', '/changes'].map(
      (end) => `/v1/connections/${connectionId}${end}`,
    );
    const ofJob = ['', '/timeline', '/events', '/state?revision=0'].map((end) => `/v1/jobs/${jobId}${end}`);
    for (const path of [...paths, ...ofJob])
      expect([path, (await edge.call('GET', path, { key })).status]).toEqual([path, 404]);
    for (const verb of ['pause', 'resume', 'disconnect', 'reconnect', 'jobs']) {
      const body = verb === 'jobs' ? { type: 'full' } : undefined;
      const { status } = await edge.call('POST', `/v1/connections/${connectionId}/${verb}`, { key, body });
      expect([verb, status]).toEqual([verb, 404]);
    }
    for (const verb of ['cancel', 'retry'])
      expect((await edge.call('POST', `/v1/jobs/${jobId}/${verb}`, { key })).status).toBe(404);
    expect((await edge.call('PATCH', `/v1/connections/${connectionId}`, { key, body: {} })).status).toBe(404);
    expect((await edge.call('DELETE', `/v1/connections/${connectionId}`, { key })).status).toBe(404);
    for (const list of ['/v1/connections', '/v1/jobs'])
      expect((await edge.call('GET', list, { key })).body.pagination.total).toBe(0);
    expect((await edge.call('GET', `/v1/jobs/${jobId}`)).body.state).toBe('pending');
  });

  it.each([
    ['no key', null],
    ['an unknown key', 'tmk_unknown'],
  ])('are needed: %s is refused before the body is read', async (_, key) => {
    const answer = await edge.call('POST', '/v1/connections', { key, body: '{"broken' });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'UNAUTHENTICATED']);
    for (const path of ['/%76%31/connections', '/v1/connections?x=/healthz', '//v1/connections', '/V1/connections'])
      expect([401, 404]).toContain((await edge.call('GET', path, { key })).status);
  });

  it('are created once for an empty installation, also by concurrent callers', async () => {
    const empty = await Edge.start({ settings: { apiKey: null } });
    const { eventStore } = empty.adapters;
    const made = await Promise.all([1, 2, 3].map(() => createFirstKey(eventStore)));
    const [key, ...others] = made.filter((one) => one !== null);
    expect(others).toEqual([]);
    expect((await empty.call('GET', '/v1/keys', { key: key! })).status).toBe(200);
    expect(await createFirstKey(eventStore)).toBeNull();
    await empty.close();
  });

  it('with scope operate cannot all be revoked, not even two at the same time', async () => {
    const empty = await Edge.start();
    const [own] = (await empty.get('/v1/keys')).body.data;
    const refused = await empty.call('DELETE', `/v1/keys/${own.id}`);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'CONFLICT']);
    const other = await empty.newKey('acme', 'operate');
    const answers = await Promise.all([own, other].map(({ id }) => empty.call('DELETE', `/v1/keys/${id}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const left = answers[0]!.status === 409 ? empty.key : other.key;
    expect((await empty.get('/v1/keys', { key: left })).status).toBe(200);
    const reader = await empty.call('POST', '/v1/keys', { key: left, body: { name: 'r', scopes: ['read'] } });
    expect((await empty.call('DELETE', `/v1/keys/${reader.body.id}`, { key: left })).status).toBe(204);
    await empty.close();
  });

  it('can be given by the operator, who then gets no first key', async () => {
    const empty = await Edge.start({ settings: { apiKey: null } });
    const { eventStore } = empty.adapters;
    await ensureKey(eventStore, 'my-own-key');
    await ensureKey(eventStore, 'my-own-key');
    expect(await createFirstKey(eventStore)).toBeNull();
    expect((await empty.call('GET', '/v1/overview', { key: 'my-own-key' })).status).toBe(200);
    await empty.close();
  });
});

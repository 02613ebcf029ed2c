import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadModelUnavailable, type ReadModel } from '@tidemark/read-model';
import { parse } from '@tidemark/openapi-diff';
import { Edge } from '../../installations/edge.js';

let edge: Edge;
let readModelDown = false;

/** The real read model, which can be cut off from the gateway. */
const cuttable = (readModel: ReadModel): ReadModel => {
  const cut = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (name === 'view') return cut(Reflect.apply(member, target, args) as object);
          return readModelDown
            ? Promise.reject(new ReadModelUnavailable('the read model is cut off'))
            : (Reflect.apply(member, target, args) as unknown);
        };
      },
    });
  return cut(readModel);
};

beforeAll(async () => {
  edge = await Edge.start({ replace: (adapters) => ({ ...adapters, readModel: cuttable(adapters.readModel) }) });
}, 30_000);
afterAll(() => edge.close());

describe('the HTTP edge', () => {
  it.each<[string, string, string, number, string, object]>([
    ['malformed JSON', 'POST', '/v1/connections', 400, 'VALIDATION_FAILED', { body: '{"name":' }],
    ['a poisoned prototype', 'POST', '/v1/connections', 400, 'VALIDATION_FAILED', { body: '{"__proto__":{"x":1}}' }],
    ['a body that is no object', 'POST', '/v1/connections', 400, 'VALIDATION_FAILED', { body: '[1]' }],
    ['no body', 'POST', '/v1/connections', 400, 'VALIDATION_FAILED', {}],
    [
      'another content type',
      'POST',
      '/v1/connections',
      415,
      'VALIDATION_FAILED',
      { body: 'a=b', headers: { 'content-type': 'text/plain' } },
    ],
    ['a body over 1 MB', 'POST', '/v1/connections', 413, 'PAYLOAD_TOO_LARGE', { body: `"${'x'.repeat(1024 * 1024)}"` }],
    ['an unknown route', 'GET', '/nowhere?secret=1', 404, 'NOT_FOUND', {}],
    ['an unknown method', 'PUT', '/v1/connections', 404, 'NOT_FOUND', { body: {} }],
    ['a malformed URL', 'GET', '/v1/jobs/%E0%A4%A', 400, 'VALIDATION_FAILED', {}],
    ['an unknown field', 'GET', '/v1/jobs?limit=3', 400, 'VALIDATION_FAILED', {}],
  ])('answers %s in the one shape', async (_, method, path, status, code, options) => {
    const answer = await edge.call(method, path, options);
    expect([answer.status, answer.body]).toEqual([
      status,
      { error: expect.objectContaining({ code, message: expect.any(String) }) },
    ]);
    expect(answer.body.error.requestId).toBe(answer.headers.get('x-request-id'));
    expect(answer.body.error.message).not.toMatch(/secret|at .*\.js|node_modules/);
  });

  it('uses the request id of the caller when it is valid', async () => {
    const ask = (id: string) => edge.call('GET', '/v1/jobs/nope', { headers: { 'x-request-id': id } });
    const kept = await ask('my-request.1');
    expect([kept.headers.get('x-request-id'), kept.body.error.requestId]).toEqual(['my-request.1', 'my-request.1']);
    expect((await ask('<script>')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('passes the request id on: the job has it as its correlation id', async () => {
    const connectionId = await edge.connect();
    const headers = { 'x-request-id': 'req-77' };
    const path = `/v1/connections/${connectionId}/jobs`;
    const { body } = await edge.call('POST', path, { headers, body: { type: 'full' } });
    const [event] = await Array.fromAsync(edge.adapters.eventStore.read(`job-${body.id}`, { limit: 1 }));
    expect(event!.metadata).toMatchObject({
      tenant: 'default',
      correlationId: 'req-77',
      actor: expect.stringMatching(/^key:[0-9a-f-]{36}$/),
    });
  });

  it('responds with problem details to clients that accept them', async () => {
    const answer = await edge.call('GET', '/v1/jobs/nope', { headers: { accept: 'application/problem+json' } });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: 404, code: 'NOT_FOUND', detail: 'no such job' });
  });

  it('accepts a content type without content', async () => {
    const jobId = await edge.order(await edge.connect());
    const headers = { 'content-type': 'application/json' };
    expect((await edge.call('POST', `/v1/jobs/${jobId}/cancel`, { headers, body: '' })).status).toBe(200);
  });

  it('is alive but not ready while the coordinator is down, and ready again by itself', async () => {
    expect((await edge.call('GET', '/readyz', { key: null })).body).toEqual({
      status: 'ready',
      degraded: false,
      checks: { jobCoordinator: 'up', eventStore: 'up', readModel: 'up', blobStore: 'up' },
      conditions: [],
    });
    await edge.stopCoordinator();
    const ready = await edge.call('GET', '/readyz', { key: null });
    expect([ready.status, ready.body]).toMatchObject([
      503,
      { status: 'unavailable', checks: { jobCoordinator: 'down' } },
    ]);
    expect((await edge.call('GET', '/healthz', { key: null })).status).toBe(200);
    const body = { name: 'x', source: { connector: 'noop', config: {} } };
    const write = await edge.call('POST', '/v1/connections', { body });
    expect([write.status, write.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(write.headers.get('retry-after'))).toBeGreaterThan(0);
    await edge.startCoordinator();
    expect((await edge.call('GET', '/readyz', { key: null })).status).toBe(200);
    expect((await edge.call('POST', '/v1/connections', { body })).status).toBe(201);
  });

  it('shows what is wrong without the details that only operators see, and is not ready while it is unready', async () => {
    edge.conditions.raise('view jobs', 'set aside: /srv/tidemark/views.db', 'degraded');
    const degraded = await edge.call('GET', '/readyz', { key: null });
    const wrong = { subject: 'view jobs', severity: 'degraded', since: expect.any(String) };
    expect([degraded.status, degraded.body]).toMatchObject([200, { status: 'ready', degraded: true }]);
    expect(degraded.body.conditions).toEqual([wrong]);
    expect((await edge.call('GET', '/v1/overview')).body.conditions).toEqual([wrong]);
    const detailed = { ...wrong, service: 'gateway', detail: 'set aside: /srv/tidemark/views.db' };
    const { body: operators } = await edge.call('GET', '/v1/conditions');
    expect(operators.data).toContainEqual(detailed);
    expect(operators.data).toContainEqual(expect.objectContaining({ service: 'differ', severity: 'unready' }));
    const { key } = await edge.newKey('glance', 'read', 'write');
    expect((await edge.call('GET', '/v1/conditions', { key })).status).toBe(403);
    edge.conditions.raise('view jobs', 'cannot go on', 'unready');
    expect((await edge.call('GET', '/readyz', { key: null })).status).toBe(503);
    edge.conditions.clear('view jobs');
    expect((await edge.call('GET', '/readyz', { key: null })).body).toMatchObject({ degraded: false, conditions: [] });
  });

  it('loses only its lists with the read model', async () => {
    const connectionId = await edge.connect();
    readModelDown = true;
    for (const path of ['/v1/jobs', '/v1/connections', `/v1/connections/${connectionId}/snapshots`, '/v1/overview']) {
      const answer = await edge.call('GET', path);
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 503, 'READ_MODEL_UNAVAILABLE']);
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    const jobId = await edge.order(connectionId);
    expect((await edge.call('GET', `/v1/jobs/${jobId}`)).status).toBe(200);
    const ready = await edge.call('GET', '/readyz', { key: null });
    expect([ready.status, ready.body]).toMatchObject([200, { degraded: true, checks: { readModel: 'down' } }]);
    readModelDown = false;
    expect((await edge.call('GET', '/v1/jobs')).status).toBe(200);
  });

  it('summarises the tenant', async () => {
    const { key } = await edge.newKey('glance', 'read');
    const nothing = { pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0, total: 0 };
    const window = { ...nothing, successRate: null, averageDurationMs: null };
    expect((await edge.call('GET', '/v1/overview', { key })).body).toEqual({
      now: { running: 0, waiting: 0 },
      jobs: { last24h: window, last7d: window, last30d: window },
      connections: { active: 0, disconnected: 0, error: 0, revoked: 0, total: 0 },
      conditions: [],
      asOf: expect.any(Number),
    });
  });

  it('limits the calls of each key', async () => {
    const limited = await Edge.start({ settings: { rateLimit: 2 } });
    const statuses = [];
    for (let call = 0; call < 3; call++) statuses.push((await limited.call('GET', '/v1/jobs/nope')).status);
    const answer = await limited.call('GET', '/v1/jobs/nope');
    expect([...statuses, answer.body.error.code]).toEqual([404, 404, 429, 'RATE_LIMITED']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await limited.call('GET', '/healthz')).status).toBe(200);
    await limited.close();
  });

  it('names an address that is in use', async () => {
    const httpPort = Number(new URL(edge.url).port);
    await expect(Edge.start({ settings: { httpPort } })).rejects.toMatchObject({ code: 'EADDRINUSE', port: httpPort });
    const grpcPort = Number(edge.gateway.grpcAddress.split(':')[1]);
    await expect(Edge.start({ settings: { grpcPort } })).rejects.toMatchObject({ code: 'EADDRINUSE', port: grpcPort });
  });

  it('stops quickly although clients watch jobs or send nothing', async () => {
    const own = await Edge.start();
    const jobId = await own.order(await own.connect());
    const url = `${own.gateway.httpUrl}/v1/jobs/${jobId}/events`;
    const watching = await fetch(url, { headers: { authorization: 'Bearer tmk_test-installation-key' } });
    const { hostname, port } = new URL(url);
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    silent.write('POST /v1/connections HTTP/1.1\r\nHost: x\r\n');
    const closed = once(silent, 'close');
    silent.on('error', () => undefined);
    await own.close();
    await closed;
    expect(await watching.text()).toContain('JobCreated');
  });
});

const routes = [
  ...['GET /v1/connections', 'POST /v1/connections', 'POST /v1/connections/test'],
  ...['GET', 'PATCH', 'DELETE'].map((method) => `${method} /v1/connections/{id}`),
  ...['preview', 'authorize', 'pause', 'resume', 'disconnect', 'reconnect', 'reset', 'jobs', 'records'].map(
    (verb) => `POST /v1/connections/{id}/${verb}`,
  ),
  ...['jobs', 'snapshots', 'changes', 'cursor', 'objects', 'records', 'records/{object}/{externalId}'].map(
    (list) => `GET /v1/connections/{id}/${list}`,
  ),
  ...['', '/{id}', '/{id}/timeline', '/{id}/state', '/{id}/events', '/{id}/errors', '/{id}/dry-run'].map(
    (path) => `GET /v1/jobs${path}`,
  ),
  ...['cancel', 'retry', 'retry-now', 'resume'].map((verb) => `POST /v1/jobs/{id}/${verb}`),
  ...['', '/operations', '/raw'].map((part) => `GET /v1/snapshots/{id}${part}`),
  ...['GET /v1/changes/{id}', 'GET /v1/overview'],
  ...['', '/report'].map((part) => `GET /v1/connections/{id}/comparison${part}`),
  ...['GET /v1/connections/{id}/ignores', 'POST /v1/connections/{id}/ignores'],
  'DELETE /v1/connections/{id}/ignores/{ignoreId}',
  ...['GET /v1/connectors', 'GET /v1/connectors/{name}'],
  ...['GET /v1/providers', 'POST /v1/providers', 'POST /v1/providers/{id}/jobs'],
  ...['GET', 'PATCH', 'DELETE'].map((method) => `${method} /v1/providers/{id}`),
  ...['POST', 'DELETE'].map((method) => `${method} /v1/providers/{id}/subscription`),
  ...['GET /v1/keys', 'POST /v1/keys', 'DELETE /v1/keys/{id}'],
  'GET /v1/conditions',
  ...['GET', 'POST'].map((method) => `${method} /v1/credentials`),
  ...['GET', 'PUT', 'DELETE'].map((method) => `${method} /v1/credentials/{id}`),
  ...['POST /v1/credentials/rotate-key', 'POST /v1/credentials/{id}/compare'],
  ...['pause', 'resume', 'reset'].map((verb) => `POST /v1/connections/{id}/objects/{object}/${verb}`),
  ...['', '/{key}'].map((path) => `GET /v1/connections/{id}/failed-rows${path}`),
  ...['retry', '{key}/fix', '{key}/discard'].map((verb) => `POST /v1/connections/{id}/failed-rows/${verb}`),
  ...['GET /v1/dead-letters', 'POST /v1/dead-letters/redrive', 'POST /v1/dead-letters/discard'],
  ...['GET /v1/dead-letters/{id}', 'POST /v1/dead-letters/{id}/redrive', 'DELETE /v1/dead-letters/{id}'],
  ...['GET /v1/projections', 'POST /v1/projections/{name}/check', 'POST /v1/projections/{name}/rebuild'],
];

describe('the description of the API', () => {
  it('is OpenAPI 3.1, complete, with security and errors on every route', async () => {
    const { body, status } = await edge.call('GET', '/openapi.json', { key: null });
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    expect(() => parse(JSON.stringify(body))).not.toThrow();
    expect(JSON.stringify(body)).not.toContain('"nullable"');
    const operations = Object.entries(body.paths as Record<string, Record<string, object>>)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })));
    const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect(described.sort()).toEqual([...routes].sort());
    for (const operation of operations)
      expect(operation).toMatchObject({
        summary: expect.any(String),
        security: [{ key: [] }],
        responses: {
          default: { content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } } },
        },
      });
    const { Job, CreateJobBody } = body.components.schemas;
    expect(Job.properties.stage).toMatchObject({ type: ['string', 'null'] });
    expect(CreateJobBody.properties.type).toMatchObject({ enum: ['full', 'incremental', 'backfill'] });
  });

  it('refers only to what is in it, and names every parameter once', async () => {
    const { body } = await edge.call('GET', '/openapi.json', { key: null });
    const refs = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref]) => ref!);
    const known = Object.keys(body.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => !known.includes(ref))).toEqual([]);
    const items = Object.values(body.paths as Record<string, Record<string, { parameters: { name: string }[] }>>);
    for (const { parameters } of items.flatMap((item) => Object.values(item))) {
      const names = parameters.map(({ name }) => name.toLowerCase());
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it('can be browsed without the internet', async () => {
    const { body, headers } = await edge.call('GET', '/docs', { key: null });
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    const sources = [...(body as string).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(source).toMatch(/^\.\//);
      const { pathname } = new URL(source, `${edge.url}/docs`);
      expect([pathname, (await edge.call('GET', pathname, { key: null })).status]).toEqual([pathname, 200]);
    }
  });
});

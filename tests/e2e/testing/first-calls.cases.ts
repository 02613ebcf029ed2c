import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import { Described } from './described.js';
import { parseEvents } from '../../installations/event-source.js';
import type { StandaloneInstallation } from '../../installations/standalone.js';
import { described } from '../../publishers/descriptions.js';
import { Publisher } from '../../publishers/publisher.js';

const ID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const noCounts = { total: 0, processed: 0, failed: 0, created: 0, updated: 0, deleted: 0, skipped: 0 };
const page = (total: number) => ({ page: 1, perPage: 50, total });

/** The first calls of a new user, in order, against a publisher whose API changes. */
export function firstCallsCases(open: () => Promise<StandaloneInstallation>): void {
  let installation: StandaloneInstallation;
  let publisher: Publisher;
  let api: Described;
  let connection: string;
  let baseline: string;
  let second: string;
  let snapshots: string[];

  beforeAll(async () => {
    installation = await open();
    publisher = await Publisher.start();
    api = await Described.of(installation.client);
  }, 60_000);

  afterAll(async () => {
    await installation.stop();
    await publisher.stop();
  }, 60_000);

  const sync = async (): Promise<string> => {
    const { body } = await api.call('POST', ['/v1/connections/{id}/jobs', connection], { body: { type: 'full' } });
    await installation.client.ended(body.id as string);
    return body.id as string;
  };

  /** The list once a view has caught up with it. */
  const listed = (path: string, total: number, query = '') =>
    eventually(async () => {
      const { body } = await api.call('GET', [path, connection], { query });
      return body.pagination.total === total && body;
    }, `${total} in ${path}`);

  it('creates a connection', async () => {
    const source = publisher.source();
    const body = { name: 'billing api', source, schedule: { every: 'hourly' } };
    const created = await api.call('POST', ['/v1/connections'], { body });
    expect([created.status, created.body]).toEqual([
      201,
      {
        ...{ id: ID, name: 'billing api', state: 'active', paused: false, source, schedule: { every: 'hourly' } },
        ...{ pipeline: 'dependency', destinations: [], policies: {} },
        ...{ whenBusy: 'queue', nextSyncAt: TIME, lastSync: null, createdAt: TIME, updatedAt: TIME },
      },
    ]);
    connection = created.body.id;
    expect((await api.call('GET', ['/v1/connections/{id}', connection])).body).toEqual(created.body);
    expect((await api.call('GET', ['/v1/connections/{id}/cursor', connection])).body).toEqual({
      cursor: null,
      jobId: null,
      committedAt: null,
    });
  });

  it('creates a job, which is pending, and shows it until it has completed', async () => {
    const created = await api.call('POST', ['/v1/connections/{id}/jobs', connection], { body: { type: 'full' } });
    const pending = {
      ...{ id: ID, connectionId: connection, type: 'full', trigger: 'api', state: 'pending', stage: 'fetch' },
      ...{ percent: 0, counts: noCounts, attempt: 0, retryCount: 0, retriesLeft: 3, nextRetryAt: null },
      ...{ liveness: null, cancelRequestedAt: null, lastError: null, result: null, retryOf: null },
      ...{ createdAt: TIME, startedAt: null, endedAt: null, durationMs: null },
    };
    expect([created.status, created.body]).toEqual([202, { ...pending, waitingFor: created.body.waitingFor }]);
    baseline = created.body.id;
    await installation.client.ended(baseline);
    const { body } = await api.call('GET', ['/v1/jobs/{id}', baseline]);
    expect(body).toEqual({
      ...{ ...pending, id: baseline, state: 'completed', stage: null, percent: 100, attempt: 1, waitingFor: null },
      ...{ counts: body.counts, retriesLeft: 0, result: 'succeeded' },
      ...{ startedAt: TIME, endedAt: TIME, durationMs: Date.parse(body.endedAt) - Date.parse(body.startedAt) },
    });
    expect(body.counts).toMatchObject({ total: 2, processed: 2, failed: 0 });
  });

  it('lists the baseline as a snapshot without changes, and commits the cursor', async () => {
    const { data, pagination } = await listed('/v1/connections/{id}/snapshots', 1);
    expect(pagination).toEqual(page(1));
    expect(data).toMatchObject([
      {
        ...{ id: ID, connectionId: connection, jobId: baseline, previousId: null },
        ...{ title: 'Harbour', apiVersion: '1.0.0', specVersion: expect.stringMatching(/^3\.1/), operations: 2 },
      },
    ]);
    expect(await listed('/v1/connections/{id}/changes', 0)).toMatchObject({ data: [], pagination: page(0) });
    const committed = await eventually(async () => {
      const { body } = await api.call('GET', ['/v1/connections/{id}/cursor', connection]);
      return body.jobId === baseline && body;
    });
    expect(committed).toMatchObject({ cursor: expect.any(Object), committedAt: TIME });
  });

  it('lists what changed in the next version, each change with its rule and location', async () => {
    publisher.publish(described(2));
    second = await sync();
    const { data } = await listed('/v1/connections/{id}/changes', 3);
    expect(data.map(({ rule, severity, operation }: any) => [severity, rule, operation])).toEqual(
      expect.arrayContaining([
        ['safe', 'endpoint-added', 'GET /pilots/v2'],
        ['breaking', expect.stringContaining('removed'), 'GET /pilots/v1'],
      ]),
    );
    for (const change of data) expect(change).toMatchObject({ id: ID, jobId: second, message: expect.any(String) });
    const breaking = await listed('/v1/connections/{id}/changes', 1, '?severity=breaking');
    expect(breaking.data[0].operation).toBe('GET /pilots/v1');
    const [change] = data;
    const opened = (await api.call('GET', ['/v1/changes/{id}', change.id])).body;
    expect(opened).toEqual({ ...change, operations: [change.operation] });
    const compared = (await api.call('GET', ['/v1/connections/{id}/comparison', connection])).body;
    expect(compared.data.map(({ changeId }: any) => changeId)).toEqual(data.map(({ changeId }: any) => changeId));

    const taken = await listed('/v1/connections/{id}/snapshots', 2);
    snapshots = taken.data.map(({ id }: { id: string }) => id);
    expect(taken.data[0]).toMatchObject({ jobId: second, previousId: snapshots[1] });
  });

  it('finds nothing to do when nothing changed', async () => {
    const job = (await api.call('GET', ['/v1/jobs/{id}', await sync()])).body;
    expect(job).toMatchObject({ state: 'completed', result: 'unchanged' });
    await eventually(async () => {
      const { body } = await api.call('GET', ['/v1/connections/{id}/jobs', connection]);
      return body.data.filter(({ state }: { state: string }) => state === 'completed').length === 3;
    }, 'the run history');
    await listed('/v1/connections/{id}/snapshots', 2);
    await listed('/v1/connections/{id}/changes', 3);
  });

  it('opens a snapshot: its operations, and the document byte by byte', async () => {
    const operations = await api.call('GET', ['/v1/snapshots/{id}/operations', snapshots[0]!]);
    expect(operations.body.pagination).toEqual(page(2));
    expect(operations.body.data.map(({ method, path }: any) => `${method} ${path}`)).toEqual([
      'GET /berths',
      'GET /pilots/v2',
    ]);
    const raw = await fetch(`${installation.client.url}/v1/snapshots/${snapshots[0]}/raw`, {
      headers: { authorization: `Bearer ${installation.client.key}` },
    });
    expect(await raw.text()).toBe(JSON.stringify(described(2)));
    expect((await api.call('GET', ['/v1/snapshots/{id}', snapshots[1]!])).body.apiVersion).toBe('1.0.0');
  });

  it('shows a job’s timeline, and its state as of any revision', async () => {
    const { body } = await api.call('GET', ['/v1/jobs/{id}/timeline', second]);
    const stages = ['fetch', 'parse', 'normalize', 'snapshot', 'diff', 'persist', 'alert'];
    const completed = body.data.filter(({ type }: any) => type === 'StageCompleted').map(({ stage }: any) => stage);
    expect(completed).toEqual(stages);
    expect(body.data.map(({ revision }: any) => revision)).toEqual(body.data.map((_: unknown, index: number) => index));
    expect(body.pagination.total).toBe(body.data.length);
    expect(body.data.map(({ type }: any) => type)).toEqual(expect.arrayContaining(['ChangesDetected']));

    const at = (revision: number) =>
      api.call('GET', ['/v1/jobs/{id}/state', second], { query: `?revision=${revision}` });
    const [created, last] = [await at(0), await at(body.data.length - 1)];
    expect(created.body).toMatchObject({ state: 'pending', stage: 'fetch', percent: 0 });
    expect(last.body).toEqual((await api.call('GET', ['/v1/jobs/{id}', second])).body);
    expect((await at(body.data.length)).body.error.code).toBe('NOT_FOUND');
  });

  it('streams a job’s events, and resumes exactly where a reader left off', async () => {
    const read = async (headers = {}) => installation.client.get(`/v1/jobs/${second}/events`, { headers });
    const all = parseEvents((await read()).body);
    expect(all.at(-1)).toMatchObject({ event: 'end' });
    const events = all.slice(0, -1);
    expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, index) => index));
    expect(parseEvents((await read({ 'last-event-id': '3' })).body)).toEqual(all.slice(4));
    expect((await read({ 'last-event-id': String(events.length - 1) })).status).toBe(204);
    expect((await read({ 'last-event-id': 'x' })).status).toBe(400);
  });

  it('accepts an idempotency key once: the same request names the job, another one is refused', async () => {
    const ask = (body: object) =>
      api.call('POST', ['/v1/connections/{id}/jobs', connection], { body, headers: { 'idempotency-key': 'once' } });
    const first = await ask({ type: 'full' });
    expect(first.status).toBe(202);
    const again = await ask({ type: 'full' });
    expect([again.status, again.body.error]).toMatchObject([409, { code: 'DUPLICATE_JOB', jobId: first.body.id }]);
    const other = await ask({ type: 'full', whenBusy: 'reject' });
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    await installation.client.ended(first.body.id as string);
    expect((await ask({ type: 'full' })).body.error).toMatchObject({ code: 'DUPLICATE_JOB', jobId: first.body.id });
  });

  it('shows why a job waits, cancels it, and cancels the running one', async () => {
    const release = publisher.hold(described(2));
    const ask = async () =>
      (await api.call('POST', ['/v1/connections/{id}/jobs', connection], { body: { type: 'full' } })).body.id as string;
    const [running, waiting] = [await ask(), await ask()];
    const job = async (id: string) => (await api.call('GET', ['/v1/jobs/{id}', id])).body;
    await eventually(async () => (await job(running)).state === 'running', 'the first to run');
    await eventually(async () => (await job(waiting)).waitingFor?.reason === 'connection_busy', 'the second to wait');
    expect((await job(waiting)).waitingFor).toEqual({ reason: 'connection_busy', behind: [running] });

    const cancel = (id: string) => api.call('POST', ['/v1/jobs/{id}/cancel', id], { body: { reason: 'not now' } });
    expect((await cancel(waiting)).body).toMatchObject({ state: 'cancelled', startedAt: null });
    expect((await cancel(running)).body).toMatchObject({ cancelRequestedAt: TIME });
    expect(await installation.client.ended(running)).toMatchObject({ state: 'cancelled', result: null });
    expect((await cancel(running)).body).toMatchObject({ state: 'cancelled' });
    expect((await cancel(second)).body.error.code).toBe('JOB_NOT_CANCELLABLE');
    release();

    const retried = await api.call('POST', ['/v1/jobs/{id}/retry', running]);
    expect([retried.status, retried.body]).toMatchObject([202, { trigger: 'retry', retryOf: running }]);
    expect(await installation.client.ended(retried.body.id as string)).toMatchObject({ state: 'completed' });
  });

  it('marks the changes that the ignore list expects, for as long as it does', async () => {
    const body = { operation: 'GET /pilots/*', reason: 'pilots are not ours' };
    const rule = (await api.call('POST', ['/v1/connections/{id}/ignores', connection], { body })).body;
    expect(rule).toMatchObject({ id: ID, createdAt: TIME, until: null });
    const ignored = await listed('/v1/connections/{id}/changes', 2, '?ignored=true');
    expect(ignored.data[0].ignored).toEqual({ id: rule.id, reason: body.reason });
    expect((await api.call('GET', ['/v1/connections/{id}/ignores', connection])).body.data).toEqual([rule]);
    const removed = await api.call('DELETE', ['/v1/connections/{id}/ignores/{ignoreId}', connection, rule.id]);
    expect(removed.status).toBe(204);
    await listed('/v1/connections/{id}/changes', 0, '?ignored=true');
  });

  it('shares a provider with its subscribers', async () => {
    const body = { name: 'Harbour', source: publisher.source('/openapi.json?shared') };
    const provider = (await api.call('POST', ['/v1/providers'], { body })).body;
    expect(provider).toMatchObject({ id: ID, name: 'Harbour', subscriptionId: null });
    const subscription = (await api.call('POST', ['/v1/providers/{id}/subscription', provider.id], { body: {} })).body;
    expect((await api.call('POST', ['/v1/providers/{id}/jobs', provider.id])).status).toBe(202);
    await eventually(async () => {
      const { body: list } = await api.call('GET', ['/v1/connections/{id}/snapshots', subscription.id]);
      return list.data.length === 1;
    }, 'the baseline of the provider');
    const { body: list } = await api.call('GET', ['/v1/providers']);
    expect(list).toMatchObject({ data: [{ id: provider.id, subscriptionId: subscription.id }] });
    expect((await api.call('GET', ['/v1/providers/{id}', provider.id])).body).toMatchObject({ subscribers: 1 });
    expect((await api.call('DELETE', ['/v1/providers/{id}/subscription', provider.id])).status).toBe(204);
    await eventually(async () => {
      const { body: shown } = await api.call('GET', ['/v1/providers/{id}', provider.id]);
      return shown.subscribers === 0;
    }, 'no subscribers');
    expect((await api.call('DELETE', ['/v1/providers/{id}', provider.id])).status).toBe(204);
  });

  it('shows tenants nothing of each other', async () => {
    const body = { name: 'stranger', tenant: 'other', scopes: ['read', 'write'] };
    const { key } = (await api.call('POST', ['/v1/keys'], { body })).body;
    const [snapshot] = snapshots as [string];
    const change = (await listed('/v1/connections/{id}/changes', 3)).data[0].id as string;
    const reads = [
      ...['', '/cursor', '/jobs', '/snapshots', '/changes', '/comparison', '/ignores'].map((part) => [
        `/v1/connections/{id}${part}`,
        connection,
      ]),
      ...['', '/timeline', '/events'].map((part) => [`/v1/jobs/{id}${part}`, second]),
      ...['', '/operations', '/raw'].map((part) => [`/v1/snapshots/{id}${part}`, snapshot]),
      ['/v1/changes/{id}', change],
    ];
    for (const path of reads) expect([path, (await api.call('GET', path, { key })).status]).toEqual([path, 404]);
    const writes = [
      ['POST', '/v1/connections/{id}/jobs', connection, { type: 'full' }],
      ['POST', '/v1/connections/{id}/pause', connection],
      ['PATCH', '/v1/connections/{id}', connection, { name: 'mine' }],
      ['DELETE', '/v1/connections/{id}', connection],
      ['POST', '/v1/jobs/{id}/cancel', second, {}],
      ['POST', '/v1/jobs/{id}/retry', second],
      ['POST', '/v1/connections/{id}/ignores', connection, { rule: '*', reason: 'mine' }],
    ] as const;
    for (const [method, path, id, given] of writes)
      expect([method, path, (await api.call(method, [path, id], { key, body: given })).status]).toEqual([
        method,
        path,
        404,
      ]);
    for (const list of ['/v1/connections', '/v1/jobs'])
      expect((await api.call('GET', [list], { key })).body).toMatchObject({ data: [], pagination: page(0) });
    expect((await api.call('GET', ['/v1/keys'], { key })).body.error.code).toBe('FORBIDDEN');
    expect((await api.call('GET', ['/v1/jobs'], { key: null })).status).toBe(401);
  });

  it('summarises it', async () => {
    const overview = await eventually(async () => {
      const { body } = await api.call('GET', ['/v1/overview']);
      return body.jobs.last24h.completed === 5 && body.jobs.last24h.cancelled === 2 && body;
    }, 'the overview');
    expect(overview).toMatchObject({ now: { running: 0, waiting: 0 }, connections: { active: 1, total: 1 } });
    expect(overview.jobs.last24h).toMatchObject({ total: 7, failed: 0, successRate: 1 });
    expect(installation.errors).toEqual([]);
  });
}

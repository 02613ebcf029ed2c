import { describe, expect, it } from '@jest/globals';
import { aChange, aConnection, aJob, anEntry, aPage, aRunningJob, connectionId, jobId } from '../testing/answers.js';
import { tidemark } from '../testing/command-line.js';
import { localServers } from '../testing/local-servers.js';

const serving = localServers();

const lists = {
  'GET /v1/connections': () => aPage([aConnection(), aConnection({ id: 'b'.repeat(36), name: 'other' })]),
};

describe('commands', () => {
  it('add a connection and sync it at once', async () => {
    const { url, requests } = await serving({
      'POST /v1/connections': { status: 201, body: aConnection() },
      [`POST /v1/connections/${connectionId}/jobs`]: { status: 202, body: aJob({ state: 'pending' }) },
    });
    const { exitCode, stdout } = await tidemark(url, [
      ...['connections', 'add', '--name', 'billing api', '--url', 'https://billing.example/openapi.json'],
      ...['--cron', '0 6 * * *', '--time-zone', 'Europe/Berlin', '--when-busy', 'reject', '--config', '{"maxRefs":3}'],
    ]);
    expect([exitCode, stdout]).toEqual([0, `connection ${connectionId}\njob ${jobId}\n`]);
    expect(requests.map(({ body }) => body)).toEqual([
      {
        name: 'billing api',
        source: { connector: 'openapi', config: { maxRefs: 3, url: 'https://billing.example/openapi.json' } },
        schedule: { cron: '0 6 * * *', timeZone: 'Europe/Berlin' },
        whenBusy: 'reject',
      },
      { trigger: 'api' },
    ]);
  });

  it('add a connection without a sync on request', async () => {
    const { url, requests } = await serving({ 'POST /v1/connections': { status: 201, body: aConnection() } });
    const { stdout } = await tidemark(url, ['connections', 'add', '--name', 'a', '--no-sync', '--json']);
    expect(JSON.parse(stdout)).toEqual(aConnection());
    expect(requests).toHaveLength(1);
  });

  it('send the idempotency key of a sync', async () => {
    const { url, requests } = await serving({
      [`POST /v1/connections/${connectionId}/jobs`]: { status: 202, body: aJob({ state: 'pending' }) },
    });
    const { stdout } = await tidemark(url, ['sync', connectionId, '--idempotency-key', 'k-1']);
    expect(stdout).toBe(`job ${jobId} pending\n`);
    expect(requests[0]!.headers['idempotency-key']).toBe('k-1');
  });

  it('list jobs of one connection in one state, page by page', async () => {
    const { url, requests } = await serving({
      ...lists,
      [`GET /v1/connections/${connectionId}/jobs`]: () => aPage([aRunningJob()], 3, 2, 1),
    });
    const argv = [
      'jobs',
      'list',
      '--connection',
      'billing api',
      '--state',
      'running',
      '--page',
      '2',
      '--per-page',
      '1',
    ];
    const { stdout, stderr } = await tidemark(url, argv);
    expect(requests.at(-1)!.url).toBe(`/v1/connections/${connectionId}/jobs?state=running&page=2&perPage=1`);
    expect(stdout).toContain('running diff 57 %');
    expect(stderr).toBe('1 of 3; page 2 of 3 (--page)\n');
  });

  it('continue a list after a cursor, and say how to go on', async () => {
    const page = { ...aPage([aRunningJob()], 10_000, 1, 1), next: 'WyJ4Il0' };
    const { url, requests } = await serving({
      'GET /v1/jobs': (request) =>
        request.url!.includes('cursor')
          ? { ...page, pagination: { perPage: 1, total: 10_000, totalIsExact: false } }
          : page,
    });
    const first = await tidemark(url, ['jobs', 'list', '--per-page', '1']);
    expect(first.stderr).toBe('1 of 10000; page 1 of 10000 (--page); next: --cursor WyJ4Il0\n');
    const second = await tidemark(url, ['jobs', 'list', '--per-page', '1', '--cursor', 'WyJ4Il0']);
    expect(requests.at(-1)!.url).toBe('/v1/jobs?perPage=1&cursor=WyJ4Il0');
    expect(second.stderr).toBe('1 of more than 10000; next: --cursor WyJ4Il0\n');
    expect(await tidemark(url, ['jobs', 'list', '--page', '2', '--cursor', 'x'])).toMatchObject({ exitCode: 2 });
  });

  it('retry a waiting job now, and an ended one once under an idempotency key', async () => {
    const { url, requests } = await serving({
      [`POST /v1/jobs/${jobId}/retry-now`]: { status: 200, body: aJob({ state: 'pending' }) },
      [`POST /v1/jobs/${jobId}/retry`]: { status: 202, body: aJob({ state: 'pending' }) },
    });
    expect(await tidemark(url, ['jobs', 'retry-now', jobId])).toMatchObject({ exitCode: 0 });
    expect(await tidemark(url, ['jobs', 'retry', jobId, '--idempotency-key', 'k'])).toMatchObject({ exitCode: 0 });
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, 'k']);
  });

  it('filter changes by severity and signal them to scripts', async () => {
    const { url, requests } = await serving({
      [`GET /v1/connections/${connectionId}/changes`]: () => aPage([aChange()]),
    });
    const times = ['--since', '2026-03-01', '--until', '2026-03-02T08:00:00+01:00'];
    const argv = ['changes', connectionId, '--severity', 'breaking,risky', ...times, '--exit-code'];
    const { exitCode, stdout } = await tidemark(url, argv);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('number → string');
    const query = new URLSearchParams(requests[0]!.url.split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      severity: 'breaking,risky',
      since: '2026-03-01T00:00:00.000Z',
      until: '2026-03-02T07:00:00.000Z',
      ignored: 'false',
    });
  });

  it('show a change with every operation it affects, before and after', async () => {
    const change = aChange({ operations: ['GET /a', 'GET /b'], before: { type: 'number' } });
    const { url } = await serving({ 'GET /v1/changes/change-1': () => change });
    const { stdout } = await tidemark(url, ['change', 'change-1']);
    expect(stdout).toContain('operations\n  GET /a\n  GET /b\n\nbefore\n  {\n    "type": "number"\n  }');
    expect(JSON.parse((await tidemark(url, ['change', 'change-1', '--json'])).stdout)).toEqual(change);
  });

  it('compare two snapshots, in a list or as a document', async () => {
    const base = `/v1/connections/${connectionId}/comparison`;
    const snapshot = (id: string, apiVersion: string) => ({ id, title: 'Billing', apiVersion });
    const { id: _, detectedAt: __, operations: ___, ...found } = aChange({ operation: null, operationCount: 12 });
    const page = { ...aPage([found]), bySeverity: {}, ignored: 2 };
    const { url, requests } = await serving({
      [`GET ${base}`]: () => ({ ...page, before: snapshot('a'.repeat(40), '1'), after: snapshot('b'.repeat(40), '2') }),
      [`GET ${base}/report`]: { status: 200, body: '# Billing changes' },
    });
    const argv = ['compare', connectionId, '--before', 'a'.repeat(40), '--operation', 'GET /a', '--exit-code'];
    const { exitCode, stdout, stderr } = await tidemark(url, argv);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('12 operations');
    expect(stderr).toBe('Billing 1 (aaaaaaaa) → Billing 2 (bbbbbbbb); 2 ignored (--ignored)\n');
    expect(requests[0]!.url).toBe(`${base}?operation=GET+%2Fa&ignored=false&before=${'a'.repeat(40)}`);
    const report = await tidemark(url, ['compare', connectionId, '--report', 'markdown']);
    expect(report.stdout).toContain('# Billing changes');
    expect(requests.at(-1)!.url).toBe(`${base}/report?format=markdown`);
    expect((await tidemark(url, ['compare', connectionId, '--output', 'x'])).exitCode).toBe(2);
  });

  it('keep an ignore list', async () => {
    const base = `/v1/connections/${connectionId}/ignores`;
    const rule = {
      id: 'rule-1',
      rule: 'response-*',
      reason: 'not ours',
      until: null,
      createdAt: '2026-03-01T08:00:00Z',
    };
    const { url, requests } = await serving({
      [`POST ${base}`]: { status: 201, body: rule },
      [`GET ${base}`]: () => ({ data: [rule] }),
      [`DELETE ${base}/rule-1`]: { status: 204, body: undefined },
    });
    const add = ['ignores', 'add', connectionId, '--rule', 'response-*', '--reason', 'not ours'];
    expect((await tidemark(url, add)).stdout).toBe('ignore rule rule-1\n');
    expect(requests[0]!.body).toEqual({ rule: 'response-*', reason: 'not ours' });
    expect((await tidemark(url, ['ignores', 'list', connectionId])).stdout).toContain('rule response-*');
    expect((await tidemark(url, ['ignores', 'remove', connectionId, 'rule-1'])).exitCode).toBe(0);
    expect((await tidemark(url, ['ignores', 'add', connectionId, '--rule', 'x'])).exitCode).toBe(2);
  });

  it('ignore one change by the id that lists show', async () => {
    const base = `/v1/connections/${connectionId}/ignores`;
    const { url, requests } = await serving({
      'GET /v1/changes/change-1': () => aChange({ connectionId }),
      'GET /v1/changes/change-2': () => aChange({ connectionId: 'another' }),
      [`POST ${base}`]: { status: 201, body: { id: 'rule-1' } },
    });
    const add = (id: string) => tidemark(url, ['ignores', 'add', connectionId, '--change', id, '--reason', 'known']);
    for (const id of ['change-1', 'fedcba9876543210']) {
      expect((await add(id)).exitCode).toBe(0);
      expect(requests.at(-1)!.body).toEqual({ changeId: 'fedcba9876543210', reason: 'known' });
    }
    expect(await add('change-2')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('another connection') });
  });

  it('subscribe to a provider by its name', async () => {
    const { state: _, whenBusy: __, ...connection } = aConnection({ id: 'provider-1', name: 'Billing' });
    const provider = { ...connection, paused: true, subscriptionId: null };
    const { url, requests } = await serving({
      'GET /v1/providers': () => aPage([provider]),
      'GET /v1/providers/provider-1': () => ({ ...provider, subscribers: 3 }),
      'POST /v1/providers/provider-1/subscription': { status: 201, body: aConnection() },
      'DELETE /v1/providers/provider-1/subscription': { status: 204, body: undefined },
    });
    expect((await tidemark(url, ['providers', 'list'])).stdout).toMatch(/Billing .*, paused/);
    expect((await tidemark(url, ['providers', 'show', 'Billing'])).stdout).toMatch(/subscribers +3/);
    const subscribed = await tidemark(url, ['providers', 'subscribe', 'Billing', '--name', 'ours']);
    expect(subscribed.stdout).toBe(`connection ${connectionId}\n`);
    expect(requests.at(-1)!.body).toEqual({ name: 'ours' });
    expect((await tidemark(url, ['providers', 'unsubscribe', 'Billing'])).exitCode).toBe(0);
  });

  it('add a provider, and fetch it at once', async () => {
    const { url, requests } = await serving({
      'POST /v1/providers': { status: 201, body: { id: 'provider-1' } },
      'POST /v1/providers/provider-1/jobs': { status: 202, body: aJob() },
    });
    const argv = [
      '--url',
      url,
      'providers',
      'add',
      '--name',
      'Billing',
      '--url',
      'https://billing.example/openapi.json',
    ];
    expect((await tidemark(url, argv)).stdout).toBe('provider provider-1\n');
    expect(requests[0]!.body).toEqual({
      name: 'Billing',
      source: { connector: 'openapi', config: { url: 'https://billing.example/openapi.json' } },
      schedule: { every: 'hourly' },
    });
  });

  it('replay a job to a revision, with the event that led to it', async () => {
    const { url, requests } = await serving({
      [`GET /v1/jobs/${jobId}/state`]: () => aRunningJob(),
      [`GET /v1/jobs/${jobId}/timeline`]: () => aPage([anEntry(2)], 6, 3, 1),
    });
    const { stdout } = await tidemark(url, ['replay', 'job', jobId, '--to-revision', '2']);
    expect(stdout).toMatch(/^Entry 2\nrevision 2, 2026-03-01 08:15:02Z, by runner:r1\n\njob/);
    expect(requests.map((request) => request.url.split('?')[1])).toEqual(['revision=2', 'page=3&perPage=1']);
  });

  it('replay a job to a time', async () => {
    const { url } = await serving({
      [`GET /v1/jobs/${jobId}/state`]: () => aRunningJob(),
      [`GET /v1/jobs/${jobId}/timeline`]: () => aPage([0, 1, 2, 3].map((revision) => anEntry(revision))),
    });
    const { stdout } = await tidemark(url, ['replay', 'job', jobId, '--at', '2026-03-01T08:15:02.500Z']);
    expect(stdout).toMatch(/^Entry 2\n/);
  });

  it('print a new key alone on stdout', async () => {
    const { url, requests } = await serving({
      'POST /v1/keys': { status: 201, body: { id: 'key-1', key: 'tmk_new' } },
    });
    const argv = ['keys', 'create', '--tenant', 'acme', '--name', 'ci', '--scope', 'read', '--scope', 'write'];
    const { stdout, stderr } = await tidemark(url, argv);
    expect(stdout).toBe('tmk_new\n');
    expect(stderr).toContain('not shown again');
    expect(requests[0]!.body).toEqual({ tenant: 'acme', name: 'ci', scopes: ['read', 'write'] });
  });

  it('send lists only the parameters they accept', async () => {
    const requested = ['v1/connections', 'v1/jobs', `v1/jobs/${jobId}/timeline`, 'v1/providers'];
    const { url, requests } = await serving(
      Object.fromEntries(requested.map((list) => [`GET /${list}`, () => aPage([])])),
    );
    const common = ['--json', '--url', url];
    for (const words of ['connections list', 'jobs list', `jobs timeline ${jobId}`, 'providers list'])
      expect(await tidemark(url, [...words.split(' '), ...common])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(requests.map((request) => request.url)).toEqual(requested.map((list) => `/${list}`));
  });

  it('sum up the overview', async () => {
    const counts = { pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0, total: 0 };
    const none = { ...counts, successRate: null, averageDurationMs: null };
    const day = { ...none, running: 1, completed: 2, failed: 1, total: 4, successRate: 2 / 3, averageDurationMs: 1500 };
    const body = {
      now: { running: 1, waiting: 0 },
      jobs: { last24h: day, last7d: day, last30d: none },
      connections: { active: 2, disconnected: 0, error: 1, revoked: 0, total: 3 },
      asOf: 9,
    };
    const { url } = await serving({ 'GET /v1/overview': () => body });
    const { stdout } = await tidemark(url, ['overview']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/\s{2,}/)),
    ).toEqual([
      ['now', '1 running, 0 waiting'],
      ['connections', '3 total: 2 active, 1 error'],
      [''],
      ['JOBS', 'TOTAL', 'COMPLETED', 'FAILED', 'CANCELLED', 'SUCCESS', 'AVERAGE'],
      ['last 24 h', '4', '2', '1', '0', '67 %', '1.5 s'],
      ['last 7 d', '4', '2', '1', '0', '67 %', '1.5 s'],
      ['last 30 d', '0', '0', '0', '0', '–', '–'],
    ]);
  });

  it('say with exit code 5 that Tidemark is not ready, and which check failed', async () => {
    const body = { status: 'unavailable', degraded: false, checks: { eventStore: 'down' } };
    const { url } = await serving({ 'GET /readyz': { status: 503, body } });
    const { exitCode, stdout } = await tidemark(url, ['health']);
    expect([exitCode, stdout]).toEqual([5, 'not ready (503)\neventStore  down\n']);
  });
});

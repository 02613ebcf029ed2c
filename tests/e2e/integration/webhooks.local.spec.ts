import { createHmac, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pushStream } from '@tidemark/contracts';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { GithubApi, type GithubRepository } from '@tidemark/test-kit/apis';
import { Edge } from '../../installations/edge.js';
import { PagedApi } from '../testing/paged-api.js';

const SECRETS = ['older secret', 'newer secret'];
const NAME = 'octocat/hello-world';

let api: GithubApi;
let repository: GithubRepository;
let folder: TemporaryFolder;
let edge: Edge;
let credentialId: string;
let connectionId: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await new GithubApi().listen();
  repository = api.addRepository(NAME);
  for (let n = 0; n < 10; n++) repository.addIssue();
  edge = await Edge.start();
  await edge.startRunners({ filesRoot: folder.path });
  const credential = { name: 'octocat', connector: 'github', kind: 'bearer', token: api.accessToken() };
  credentialId = (await edge.post('/v1/credentials', { ...credential, webhookSecrets: SECRETS })).body.id;
  connectionId = await connect(credentialId);
}, 30_000);

afterEach(async () => {
  await edge.close();
  await api.close();
  await folder.remove();
});

const connect = (id: string) =>
  edge.connect(
    {
      connector: 'github',
      config: { repositories: [NAME], apiUrl: api.origin },
      objects: ['issues'],
      credentialId: id,
    },
    { destinations: [{ name: 'lines', connector: 'files', config: { format: 'jsonl' } }] },
  );

const issueEvent = (number: number, repository = NAME) =>
  JSON.stringify({ action: 'edited', issue: { number }, repository: { full_name: repository } });

interface Hook {
  readonly secret?: string;
  readonly delivery?: string;
  readonly event?: string;
  readonly to?: string;
  readonly headers?: Record<string, string>;
}

function push(body: string, { secret = SECRETS[0]!, delivery, event = 'issues', to, headers = {} }: Hook = {}) {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const sent = {
    'X-Hub-Signature-256': `sha256=${signature}`,
    'X-GitHub-Event': event,
    'X-GitHub-Delivery': delivery ?? randomUUID(),
  };
  return edge.call('POST', `/hooks/${to ?? connectionId}`, { key: null, body, headers: { ...sent, ...headers } });
}

const jobs = async () => (await edge.get(`/v1/connections/${connectionId}/jobs`)).body.data;
const ended = () =>
  eventually(
    async () => {
      const all = await jobs();
      return all.length > 0 && all.every(({ state }: any) => state === 'completed') && all;
    },
    'the end of the jobs',
    { timeout: 20_000 },
  );

async function written(): Promise<number[]> {
  const root = join(folder.path, 'default');
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
  const rows = texts.flatMap((text) => text.split('\n').filter(Boolean));
  return rows.map((row) => (JSON.parse(row) as { number: number }).number).sort((a, b) => a - b);
}

describe('a webhook', () => {
  it('becomes one job with others of the same seconds, for exactly the objects pushed', async () => {
    const answers = await Promise.all([3, 5, 5, 7].map((number) => push(issueEvent(number))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const [job, ...others] = await ended();
    expect(others).toEqual([]);
    expect(job).toMatchObject({ type: 'webhook', trigger: 'webhook', counts: { processed: 3, created: 3 } });
    expect(await written()).toEqual([3, 5, 7]);
    const paths = new Set(api.requests.map(({ path }) => path));
    expect(paths).toEqual(new Set([3, 5, 7].map((number) => `/repos/${NAME}/issues/${number}`)));
    // The next incremental job reads from where it would have read.
    expect((await edge.get(`/v1/connections/${connectionId}/cursor`)).body.cursor).toMatchObject({ objects: {} });
  }, 30_000);

  it('counts once, however often and however much at once it is delivered', async () => {
    const same = { delivery: 'd1' };
    await Promise.all(Array.from({ length: 20 }, () => push(issueEvent(3), same)));
    await ended();
    expect((await push(issueEvent(3), same)).status).toBe(200);
    await edge.stopCoordinator();
    await edge.startCoordinator();
    expect((await push(issueEvent(3), same)).status).toBe(200);
    const stored = await Array.fromAsync(edge.adapters.eventStore.read(pushStream.of(connectionId)));
    expect(stored.map(({ type }) => type)).toEqual(['ObjectsPushed', 'PushesTaken']);
    expect(await written()).toEqual([3]);
  }, 30_000);

  it('is genuine with any of the secrets, and refused without a reason otherwise', async () => {
    expect((await push(issueEvent(3), { secret: SECRETS[1]! })).status).toBe(200);
    const refused = await push(issueEvent(3), { secret: 'wrong' });
    expect([refused.status, refused.body.error.message]).toEqual([401, 'the request is not signed as it must be']);
    expect(refused.headers.get('x-request-id')).toBeTruthy();
    const unsigned = await push(issueEvent(3), { headers: { 'X-Hub-Signature-256': '' } });
    expect([unsigned.status, unsigned.body.error.message]).toEqual([401, refused.body.error.message]);
    const unknown = await push(issueEvent(3), { to: randomUUID() });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'NOT_FOUND']);
    const bearer = { name: 'other', connector: 'github', kind: 'bearer', token: 'a' };
    const without = await connect((await edge.post('/v1/credentials', bearer)).body.id);
    expect((await push(issueEvent(3), { to: without })).status).toBe(401);
    expect((await push(issueEvent(3), { to: await edge.connect() })).status).toBe(404);
  }, 30_000);

  it('is genuine with the new secrets as soon as they are stored, and with the old ones while no others are', async () => {
    const replace = (more: object) =>
      edge.call('PUT', `/v1/credentials/${credentialId}`, {
        body: { kind: 'bearer', token: api.accessToken(), ...more },
      });
    expect((await replace({})).status).toBe(200);
    expect((await push(issueEvent(3))).status).toBe(200);
    expect((await replace({ webhookSecrets: ['newest'] })).status).toBe(200);
    expect((await push(issueEvent(3))).status).toBe(401);
    expect((await push(issueEvent(3), { secret: 'newest' })).status).toBe(200);
    expect((await replace({ webhookSecrets: [''] })).status).toBe(400);
  });

  it('is verified by the bytes that arrived, of whatever type they are', async () => {
    const body = `{ "issue" : { "number": 3.0 },\t"repository": {"full_name": "${NAME}"} }`;
    expect((await push(body)).status).toBe(200);
    expect((await push(body, { headers: { 'content-type': 'text/plain' } })).status).toBe(200);
    const form = new URLSearchParams({ payload: issueEvent(3) }).toString();
    const asForm = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await push(form, asForm)).status).toBe(200);
    expect((await push('x'.repeat(1_100_000))).status).toBe(413);
    expect((await push('{}', { event: 'ping' })).status).toBe(200);
    // Elsewhere bodies are JSON and nothing else.
    const other = { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await edge.call('POST', '/v1/connections', other)).status).toBe(415);
  });

  it('waits while its connection is paused or disconnected', async () => {
    await edge.post(`/v1/connections/${connectionId}/disconnect`);
    expect((await push(issueEvent(3))).status).toBe(200);
    await edge.post(`/v1/connections/${connectionId}/pause`);
    await edge.post(`/v1/connections/${connectionId}/reconnect`);
    expect((await push(issueEvent(5))).status).toBe(200);
    expect(await jobs()).toEqual([]);
    await edge.post(`/v1/connections/${connectionId}/resume`);
    const [job] = await ended();
    expect(job.counts.processed).toBe(2);
  }, 30_000);

  it('of thousands at once makes few jobs, and loses none', async () => {
    for (let n = 10; n < 100; n++) repository.addIssue();
    const all = Array.from({ length: 2000 }, (_, n) => (n % 100) + 1);
    const statuses = new Set<number>();
    for (let from = 0; from < all.length; from += 200)
      for (const { status } of await Promise.all(all.slice(from, from + 200).map((one) => push(issueEvent(one)))))
        statuses.add(status);
    expect([...statuses]).toEqual([200]);
    await eventually(async () => new Set(await written()).size === 100, 'all issues', { timeout: 30_000 });
    expect((await ended()).length).toBeLessThan(5);
  }, 60_000);

  it('that names nothing of the connection is taken, and makes no job', async () => {
    expect((await push('{}', { event: 'push' })).status).toBe(200);
    expect(await Array.fromAsync(edge.adapters.eventStore.read(pushStream.of(connectionId))).catch(() => [])).toEqual(
      [],
    );
  });

  it('of any API is verified as the config of its connection says', async () => {
    const pages = await PagedApi.start();
    pages.objects.set('customers', [{ id: 1, updatedAt: '2026-01-02T03:04:05Z' }]);
    const bearer = {
      name: 'any',
      connector: 'http-json',
      kind: 'bearer',
      token: 'a',
      webhookSecrets: ['whsec_c2VjcmV0'],
    };
    const id = (await edge.post('/v1/credentials', bearer)).body.id;
    const connectWith = (webhook: object) => ({
      ...{ connector: 'http-json', credentialId: id, objects: ['customers'] },
      config: { ...pages.config(['customers']), webhook },
    });
    const wrong = { name: 'x', source: connectWith({ scheme: 'morse' }) };
    expect((await edge.post('/v1/connections', wrong)).body.error.fields[0].field).toBe('source.config.webhook.scheme');
    const to = await edge.connect(
      connectWith({ scheme: 'standard-webhooks', objects: { name: 'type', names: { customer: 'customers' } } }),
    );
    const body = JSON.stringify({ type: 'customer', data: { id: 'c1' } });
    const time = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', 'secret').update(`m1.${time}.${body}`).digest('base64');
    const headers = { 'webhook-id': 'm1', 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
    expect((await edge.call('POST', `/hooks/${to}`, { key: null, body, headers })).status).toBe(200);
    const old = { ...headers, 'webhook-timestamp': String(Number(time) - 600) };
    expect((await edge.call('POST', `/hooks/${to}`, { key: null, body, headers: old })).status).toBe(401);
    // The source fetches nothing by id: the object's changes are read.
    await eventually(
      async () => (await edge.get(`/v1/connections/${to}/records`)).body.data.length === 1,
      'the record',
      { timeout: 20_000 },
    );
    await pages.stop();
  }, 30_000);
});

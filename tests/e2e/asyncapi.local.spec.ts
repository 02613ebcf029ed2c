import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { command, connectionStream, errorCodes, jobStream } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import type { Client } from '../installations/client.js';
import { AsyncApi } from './testing/asyncapi.js';
import { PagedApi } from './testing/paged-api.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../installations/standalone.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';
import { Recording } from './testing/recording-broker.js';

const api = new AsyncApi();
const recording = new Recording();

describe('asyncapi.yaml', () => {
  let installation: StandaloneInstallation;

  beforeAll(async () => {
    const publisher = await Publisher.start();
    installation = await startStandaloneInstallation({ decorate: recording.decorate });
    await everything(installation, publisher);
    await publisher.stop();
  }, 60_000);

  afterAll(() => installation.stop());

  it('has no dangling reference', () => {
    const references = Array.from(JSON.stringify(api.document).matchAll(/"\$ref":"([^"]+)"/g), ([, ref]) => ref!);
    expect(references.length).toBeGreaterThan(100);
    for (const reference of references) expect(() => api.resolve(reference)).not.toThrow();
  });

  it('describes every command that is served, and no other', () => {
    const described = api.addresses().map(({ address }) => address);
    expect(described.filter((address) => address.startsWith('tidemark.cmd.')).sort()).toEqual(
      [...recording.served].sort(),
    );
    const answered = api.addresses().filter(({ address }) => address.startsWith('tidemark.cmd.'));
    for (const { name } of answered) expect(() => api.operationOn(name)).not.toThrow();
  });

  it('describes every work queue that is consumed, and no other', () => {
    const described = api.addresses().map(({ address }) => address);
    expect(described.filter((address) => address.startsWith('tidemark.work.')).sort()).toEqual(
      [...recording.consumed].filter((subject) => subject.startsWith('tidemark.work.')).sort(),
    );
  });

  it.each([
    ['job', jobStream.types, 'job-event'],
    ['connection', connectionStream.types, 'connection-event'],
  ])('describes every event of a %s, and no other', (_, types, channel) => {
    expect(Object.keys(api.document['channels'][channel].messages).sort()).toEqual(types.toSorted());
  });

  it('knows every error code', () => {
    expect(api.resolve('#/components/schemas/ErrorCode').node['enum']).toEqual(errorCodes);
  });

  it('describes requests and replies', () => {
    const problems = recording.requests.flatMap(({ subject, data, headers, reply, error }) => {
      const channel = api.channelOf(subject);
      const [success, failure] = api.operationOn(channel)['reply'].messages.map(({ $ref }: { $ref: string }) => $ref);
      const request = `#/channels/${channel}/messages/request`;
      return [
        ...api.problems(request, 'payload', plain(data)),
        ...api.problems(request, 'headers', headers),
        ...api.problems(error ? failure : success, 'payload', plain(error ?? reply)),
      ];
    });
    expect(problems).toEqual([]);
    const requested = new Set(recording.requests.map(({ subject }) => subject));
    expect([...recording.served].filter((subject) => !requested.has(subject))).toEqual([]);
  });

  it('describes work, events and heartbeats', () => {
    const problems = recording.published.flatMap(({ subject, data, headers }) => {
      const channel = api.channelOf(subject);
      const { messages } = api.document['channels'][channel];
      const name = headers['ce-type']! in messages ? headers['ce-type'] : Object.keys(messages as object)[0];
      const message = `#/channels/${channel}/messages/${name}`;
      return [...api.problems(message, 'payload', plain(data)), ...api.problems(message, 'headers', headers)];
    });
    const broadcast = recording.broadcast.flatMap(({ subject, data }) => {
      const channel = api.channelOf(subject);
      return api.problems(`#/channels/${channel}/messages/${channel}`, 'payload', data);
    });
    expect([...problems, ...broadcast]).toEqual([]);
    expect(recording.published.length).toBeGreaterThan(20);
    expect(recording.broadcast.length).toBeGreaterThan(0);
  });
});

/** As sent on the wire. */
const plain = (data: unknown): unknown => (data === undefined ? null : JSON.parse(JSON.stringify(data)));

/** A connection that is tried before it is created, and its objects. */
async function objects(client: Client): Promise<void> {
  const api = await PagedApi.start();
  api.objects.set('issues', []);
  const source = { connector: 'http-json', config: api.config(['issues']) };
  const { status, body } = await client.post('/v1/connections', { name: 'issues', source });
  expect(status).toBe(201);
  await client.get(`/v1/connections/${body.id}/objects`);
  await client.post(`/v1/connections/${body.id}/objects/issues/pause`);
  await api.stop();
}

/** Sends every command of the platform at least once, some with success and without. */
async function everything({ client, adapters }: StandaloneInstallation, publisher: Publisher): Promise<void> {
  const connection = await client.connect(publisher.source());
  const first = await client.sync(connection);
  publisher.publish(described(2));
  await client.sync(connection);
  for (const path of ['/timeline', '/state?revision=3']) await client.get(`/v1/jobs/${first.id}${path}`);
  for (const path of ['', '/cursor']) await client.get(`/v1/connections/${connection}${path}`);
  const refused = await client.post('/v1/connections', { name: 'x', source: { connector: 'nothing', config: {} } });
  expect(refused.status).toBe(400);
  await objects(client);

  const job = { type: 'full', startAt: new Date(Date.now() + 3_600_000).toISOString() };
  const planned = (await client.post(`/v1/connections/${connection}/jobs`, job)).body.id as string;
  await eventually(async () => (await client.get('/v1/jobs?state=pending')).body.pagination.total === 1, 'the list');
  await client.post(`/v1/jobs/${planned}/cancel`, { reason: 'no' });

  const release = publisher.hold(described(2));
  const { id } = (await client.post(`/v1/connections/${connection}/jobs`, { type: 'full' })).body;
  await eventually(async () => (await client.get(`/v1/jobs/${id}`)).body.liveness === 'live', 'the job to run');
  await client.post(`/v1/jobs/${id}/cancel`, {});
  await client.ended(id as string);
  release();
  await client.ended((await client.post(`/v1/jobs/${id}/retry`)).body.id as string);

  for (const verb of ['retry-now', 'resume']) expect((await client.post(`/v1/jobs/${id}/${verb}`)).status).toBe(409);

  publisher.publish('no description');
  const broken = await client.connect(publisher.source());
  expect(await client.sync(broken)).toMatchObject({ state: 'failed' });
  for (const verb of ['pause', 'resume', 'disconnect', 'reconnect'])
    await client.post(`/v1/connections/${broken}/${verb}`);
  expect((await client.post(`/v1/connections/${broken}/reset`, {})).status).toBe(200);
  await client.call('PATCH', `/v1/connections/${broken}`, { body: { name: 'renamed' } });
  await client.call('DELETE', `/v1/connections/${broken}`);

  await dependencies({ client, adapters }, connection);
  await provider({ client, adapters }, publisher);

  // No pipeline of the catalogue saves checkpoints inside its stages.
  const checkpoint = { tenant: 'acme', jobId: 'none', claim: 1, stage: 'fetch', cursor: {}, sequence: 1 };
  const saved = adapters.broker.request(command('job-coordinator', 'save-checkpoint'), checkpoint);
  await expect(saved).rejects.toMatchObject({ code: 'NOT_FOUND' });
  // Sent by runners that are stopped.
  const released = adapters.broker.request(command('job-coordinator', 'release-claim'), {
    tenant: 'acme',
    jobId: 'none',
    claim: 1,
  });
  await expect(released).rejects.toMatchObject({ code: expect.any(String) });

  await deadLetters({ client, adapters });

  await client.get('/readyz');
  for (const service of ['gateway', 'connector-runner', 'differ'] as const)
    await adapters.broker.request(command(service, 'ping'), {});
  const { body } = await client.get('/v1/projections');
  for (const { name } of body.data as { name: string }[])
    for (const verb of ['check', 'rebuild']) await client.post(`/v1/projections/${name}/${verb}`);
  const github = { connector: 'github', config: { repositories: ['octocat/hello-world'] } };
  const pushed = { records: [{ object: 'issues', externalId: '1', data: {} }] };
  for (const id of [await client.connect(github), connection])
    await client.post(`/v1/connections/${id}/records`, pushed);
  const secrets = { kind: 'bearer', token: 'one' };
  const { id: credentialId } = (await client.post('/v1/credentials', { name: 'c', connector: 'github', ...secrets }))
    .body;
  await client.connect({ ...github, credentialId });
  // Waits until the connection that uses it is listed.
  expect((await client.call('DELETE', `/v1/credentials/${credentialId}`)).status).toBe(409);
  await client.call('PUT', `/v1/credentials/${credentialId}`, { body: secrets });
  await client.post('/hooks/nothing', {}, { key: null });
  await client.post(`/v1/connections/${connection}/reset`);
  await client.post(`/v1/jobs/${first.id}/resume`);
}

/** The requests to the differ. */
async function dependencies(
  { client, adapters }: Pick<StandaloneInstallation, 'client' | 'adapters'>,
  connection: string,
) {
  const at = `/v1/connections/${connection}`;
  await eventually(async () => (await client.get(`${at}/snapshots`)).body.pagination.total > 1, 'two snapshots');
  const rule = { operation: 'GET /*', reason: 'not ours', until: '2100-01-01' };
  const { id } = (await client.post(`${at}/ignores`, rule)).body;
  for (const path of ['', '/report']) expect((await client.get(`${at}/comparison${path}`)).status).toBe(200);
  await client.call('DELETE', `${at}/ignores/${id}`);
  const [change] = (await client.get(`${at}/changes?ignored=false`)).body.data;
  expect((await client.get(`/v1/changes/${change.id}`)).status).toBe(200);
  const [newest, oldest] = (await client.get(`${at}/snapshots`)).body.data;
  expect((await client.get(`/v1/snapshots/${newest.id}/operations`)).status).toBe(200);
  // Sent by earlier gateways.
  const documents = { before: oldest.canonicalBlob, after: newest.canonicalBlob };
  await adapters.broker.request(command('differ', 'compare-snapshots'), documents);
}

async function deadLetters({ client, adapters }: Pick<StandaloneInstallation, 'client' | 'adapters'>) {
  await adapters.broker.publish({ subject: 'tidemark.work.connector-runner.fetch', id: 'bad', data: {} });
  const first = () => client.get('/v1/dead-letters').then(({ body }) => body.data[0]?.id as string | undefined);
  const id = await eventually(first, 'the dead letter');
  expect((await client.get(`/v1/dead-letters/${id}`)).status).toBe(200);
  expect((await client.post(`/v1/dead-letters/${id}/redrive`)).status).toBe(204);
  await eventually(first, 'the next dead letter');
  await client.post('/v1/dead-letters/discard', { all: true });
}

async function provider(
  { client, adapters }: Pick<StandaloneInstallation, 'client' | 'adapters'>,
  publisher: Publisher,
) {
  publisher.publish(described(3));
  const { id } = (await client.post('/v1/providers', { name: 'p', source: publisher.source() })).body;
  const { body: subscription } = await client.post(`/v1/providers/${id}/subscription`, {});
  const alerted = Promise.withResolvers<unknown>();
  const listening = await adapters.broker.listen('tidemark.evt.alerts.ChangesDetected', alerted.resolve);
  const synced = () => client.post(`/v1/providers/${id}/jobs`);
  const snapshots = async () =>
    (await client.get(`/v1/connections/${subscription.id}/snapshots`)).body.pagination.total;
  await synced();
  await eventually(async () => (await snapshots()) === 1, 'the baseline');
  publisher.publish(described(4));
  await synced();
  await alerted.promise;
  await listening.stop();
}

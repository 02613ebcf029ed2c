import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startTcpProxy, type TcpProxy } from '@tidemark/test-kit';
import type { Answer } from '../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../installations/standalone.js';
import { serverUrls } from '../installations/urls.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

const servers = serverUrls();
const patient = { timeout: 60_000, interval: 50 };

(servers ? describe : describe.skip)('when a server accepts and never answers', () => {
  let proxies: { readonly [store in 'eventStore' | 'readModel' | 'broker' | 'blobs']: TcpProxy };
  let installation: StandaloneInstallation;
  let publisher: Publisher;
  let connection: string;
  let job: string;
  let snapshot: string;

  const get = (path: string) => installation.client.get(path);
  const post = (path: string, body?: unknown) => installation.client.post(path, body);
  const noop = { name: 'x', source: { connector: 'noop', config: {} }, schedule: { every: 'manual' } };
  const codeOf = ({ status, body }: Answer) => [status, body.error?.code];
  const recovered = () =>
    eventually(
      async () => {
        const { status, body } = await get('/readyz');
        return status === 200 && !body.degraded && (await post('/v1/connections', noop)).status === 201;
      },
      'the installation to be well again',
      patient,
    );

  beforeAll(async () => {
    const urls = servers!;
    const [eventStore, readModel, broker, blobs] = await Promise.all([
      startTcpProxy(urls.eventStore),
      startTcpProxy(urls.readModel),
      startTcpProxy(urls.broker),
      startTcpProxy(urls.blobs),
    ]);
    proxies = { eventStore, readModel, broker, blobs };
    installation = await startStandaloneInstallation({
      urls: {
        eventStore: eventStore.url(urls.eventStore),
        readModel: readModel.url(urls.readModel),
        broker: broker.url(urls.broker),
        blobs: blobs.url(urls.blobs),
        records: readModel.url(urls.records),
        vault: readModel.url(urls.vault),
      },
    });
    publisher = await Publisher.start();
    publisher.publish(described(1));
    connection = await installation.client.connect(publisher.source());
    job = (await post(`/v1/connections/${connection}/jobs`, { type: 'full' })).body.id;
    snapshot = await eventually(
      async () => (await get(`/v1/connections/${connection}/snapshots`)).body.data?.[0]?.id as string,
      'a snapshot',
      patient,
    );
  }, 60_000);

  afterAll(async () => {
    for (const proxy of Object.values(proxies)) proxy.pass();
    await installation.stop();
    await publisher.stop();
    for (const proxy of Object.values(proxies)) await proxy.close();
  }, 60_000);

  it('writes and single items name the event store, readiness fails, lists and life go on', async () => {
    proxies.eventStore.hang();
    const answers = await Promise.all([
      post('/v1/connections', noop),
      post(`/v1/connections/${connection}/jobs`, { type: 'full' }),
      post(`/v1/connections/${connection}/pause`),
      installation.client.call('PATCH', `/v1/connections/${connection}`, { body: { name: 'y' } }),
      get(`/v1/connections/${connection}`),
      get(`/v1/jobs/${job}`),
      post(`/v1/jobs/${job}/retry`),
      post('/v1/keys', { name: 'k', scopes: ['read'] }),
    ]);
    for (const answer of answers) expect(codeOf(answer)).toEqual([503, 'EVENT_STORE_UNAVAILABLE']);
    const { status, body } = await get('/readyz');
    expect([status, body]).toMatchObject([503, { checks: { jobCoordinator: 'up', eventStore: 'down' } }]);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/v1/connections')).status).toBe(200);
    // The connection to it has broken in between, and a new one is never answered.
    await eventually(async () => {
      proxies.eventStore.cut();
      proxies.eventStore.hang();
      return (await post('/v1/connections', noop)).status === 503;
    });
    for (let times = 0; times < 3; times += 1)
      expect(codeOf(await post('/v1/connections', noop))).toEqual([503, 'EVENT_STORE_UNAVAILABLE']);
    proxies.eventStore.pass();
    await recovered();
  }, 180_000);

  it('lists name the read model, and everything else goes on, degraded', async () => {
    proxies.readModel.hang();
    for (const path of ['/v1/jobs', '/v1/connections', '/v1/overview'])
      expect([path, ...codeOf(await get(path))]).toEqual([path, 503, 'READ_MODEL_UNAVAILABLE']);
    expect((await post('/v1/connections', noop)).status).toBe(201);
    expect((await get('/readyz')).body).toMatchObject({
      status: 'ready',
      degraded: true,
      checks: { readModel: 'down' },
    });
    proxies.readModel.pass();
    await recovered();
  }, 180_000);

  it('documents name the blob store, and everything else goes on, degraded', async () => {
    proxies.blobs.hang();
    expect(codeOf(await get(`/v1/snapshots/${snapshot}/raw`))).toEqual([503, 'BLOB_STORE_UNAVAILABLE']);
    expect((await post('/v1/connections', noop)).status).toBe(201);
    expect((await get('/readyz')).body).toMatchObject({ status: 'ready', degraded: true });
    proxies.blobs.pass();
    await recovered();
  }, 180_000);

  it('without the broker no service can be reached, lists go on, and readiness fails', async () => {
    proxies.broker.hang();
    expect(codeOf(await post('/v1/connections', noop))).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect((await get('/v1/connections')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    proxies.broker.pass();
    await recovered();
  }, 180_000);
});

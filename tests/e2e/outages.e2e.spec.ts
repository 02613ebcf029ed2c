import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startTcpProxy, type TcpProxy } from '@tidemark/test-kit';
import type { Answer } from '../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../installations/standalone.js';
import { serverUrls } from '../installations/urls.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

const servers = serverUrls();
const stages = ['fetch', 'parse', 'normalize', 'snapshot', 'diff', 'persist', 'alert'];
const patient = { timeout: 60_000, interval: 50 };

(servers ? describe : describe.skip)('when a server is down for a while', () => {
  let eventStore: TcpProxy;
  let readModel: TcpProxy;
  let broker: TcpProxy;
  let blobs: TcpProxy;
  let installation: StandaloneInstallation;
  let publisher: Publisher;

  beforeAll(async () => {
    const urls = servers!;
    eventStore = await startTcpProxy(urls.eventStore);
    readModel = await startTcpProxy(urls.readModel);
    broker = await startTcpProxy(urls.broker);
    blobs = await startTcpProxy(urls.blobs);
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
  }, 60_000);

  afterAll(async () => {
    for (const proxy of [eventStore, readModel, broker, blobs]) proxy.pass();
    await installation.stop();
    await publisher.stop();
    for (const proxy of [eventStore, readModel, broker, blobs]) await proxy.close();
  }, 60_000);

  const get = (path: string) => installation.client.get(path);
  const post = (path: string, body?: unknown) => installation.client.post(path, body);
  const newConnection = () => installation.client.connect(publisher.source());
  const noop = { name: 'x', source: { connector: 'noop', config: {} }, schedule: { every: 'manual' } };
  const codeOf = ({ status, body }: Answer) => [status, body.error?.code];

  /** A job whose fetch waits for its answer, and the way to give it. */
  async function jobInFetch(connection: string): Promise<{ id: string; answer: () => void }> {
    const before = publisher.fetches();
    const answer = publisher.hold(described(1));
    const { body } = await post(`/v1/connections/${connection}/jobs`, { type: 'full' });
    await eventually(() => publisher.fetches() === before + 1, 'the fetch');
    return { id: body.id as string, answer };
  }

  const completed = (id: string) =>
    eventually(
      async () => {
        const { body } = await get(`/v1/jobs/${id}`);
        return body.state === 'completed' && body;
      },
      `job ${id} to complete`,
      patient,
    );

  async function stagesOf(id: string): Promise<string[]> {
    const { body } = await get(`/v1/jobs/${id}/timeline`);
    return body.data.filter(({ type }: any) => type === 'StageCompleted').map(({ stage }: any) => stage);
  }

  it('refuses every write while it is the event store, stays alive, and recovers by itself', async () => {
    const connection = await newConnection();
    const { id, answer } = await jobInFetch(connection);
    eventStore.cut();

    const writes = [
      await post('/v1/connections', noop),
      await post(`/v1/connections/${connection}/jobs`, { type: 'full' }),
      await post(`/v1/connections/${connection}/pause`),
      await installation.client.call('PATCH', `/v1/connections/${connection}`, { body: { name: 'y' } }),
      await installation.client.call('DELETE', `/v1/connections/${connection}`),
      await post(`/v1/jobs/${id}/cancel`, {}),
      await post(`/v1/jobs/${id}/retry`),
      await post('/v1/keys', { name: 'k', scopes: ['read'] }),
    ];
    for (const write of writes) {
      expect(codeOf(write)).toEqual([503, 'EVENT_STORE_UNAVAILABLE']);
      expect(Number(write.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(write.body.error.requestId).toBe(write.headers.get('x-request-id'));
    }
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/v1/connections')).status).toBe(200);

    // The source's response in the meantime is not lost: it is reported once the coordinator can be reached.
    answer();
    eventStore.pass();
    expect(await completed(id)).toMatchObject({ attempt: 1, retryCount: 0 });
    expect(await stagesOf(id)).toEqual(stages);
    await eventually(async () => (await get('/readyz')).status === 200, 'readiness', patient);
    expect((await post('/v1/connections', noop)).status).toBe(201);
  }, 120_000);

  it('has no lists while it is the read model; jobs continue, and the lists catch up', async () => {
    const connection = await newConnection();
    readModel.cut();
    for (const path of ['/v1/jobs', '/v1/connections', `/v1/connections/${connection}/changes`, '/v1/overview'])
      expect([path, ...codeOf(await get(path))]).toEqual([path, 503, 'READ_MODEL_UNAVAILABLE']);
    const { body } = await post(`/v1/connections/${connection}/jobs`, { type: 'full' });
    const job = await completed(body.id as string);
    expect((await get('/readyz')).body).toMatchObject({ status: 'ready', degraded: true });

    readModel.pass();
    const listed = await eventually(
      async () => {
        const { body: page } = await get(`/v1/connections/${connection}/jobs?state=completed`);
        return page.pagination?.total === 1 && page;
      },
      'the run history to catch up',
      patient,
    );
    expect(listed.data).toEqual([job]);
    await eventually(
      async () => (await get(`/v1/connections/${connection}/snapshots`)).body.pagination?.total === 1,
      'the snapshots to catch up',
      patient,
    );
  }, 120_000);

  it('loses nothing while it is the broker, and work resumes', async () => {
    const connections = [await newConnection(), await newConnection(), await newConnection()];
    const { id, answer } = await jobInFetch(connections[0]!);
    const others = [];
    for (const connection of connections.slice(1))
      others.push((await post(`/v1/connections/${connection}/jobs`, { type: 'full' })).body.id as string);
    broker.cut();
    expect(codeOf(await post('/v1/connections', noop))).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect((await get('/healthz')).status).toBe(200);
    answer();
    broker.pass();
    for (const job of [id, ...others]) {
      expect(await completed(job)).toMatchObject({ result: 'succeeded', retryCount: 0 });
      expect(await stagesOf(job)).toEqual(stages);
    }
    await eventually(async () => (await get('/readyz')).status === 200, 'readiness', patient);
  }, 180_000);

  it('retries a job when it was the blob store', async () => {
    const connection = await newConnection();
    blobs.cut();
    const { body } = await post(`/v1/connections/${connection}/jobs`, { type: 'full' });
    const id = body.id as string;
    const waiting = await eventually(
      async () => {
        const { body: job } = await get(`/v1/jobs/${id}`);
        return job.waitingFor?.reason === 'retry_backoff' && job;
      },
      'the job to wait for its next try',
      patient,
    );
    expect(waiting).toMatchObject({ state: 'pending', retryCount: 1, lastError: { code: 'BLOB_STORE_UNAVAILABLE' } });
    expect((await get('/readyz')).body).toMatchObject({ status: 'ready', degraded: true });
    blobs.pass();
    expect(await eventually(() => completed(id), 'the next try', { timeout: 90_000 })).toMatchObject({ attempt: 2 });
    expect(await stagesOf(id)).toEqual(stages);
  }, 180_000);
});

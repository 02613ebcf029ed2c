import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, randomNamespace, startTcpProxy, type TcpProxy } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { readEvents } from '../../installations/event-source.js';

const { NATS_URL, EVENTSTORE_URL, MONGODB_URL } = process.env;
const withServers = NATS_URL && EVENTSTORE_URL && MONGODB_URL ? describe : describe.skip;

withServers('the edge on real servers', () => {
  let eventStore: TcpProxy;
  let readModel: TcpProxy;
  let broker: TcpProxy;
  let edge: Edge;
  let connectionId: string;
  let jobId: string;

  beforeAll(async () => {
    [eventStore, readModel, broker] = await Promise.all([
      startTcpProxy(EVENTSTORE_URL!),
      startTcpProxy(MONGODB_URL!),
      startTcpProxy(NATS_URL!),
    ]);
    const urls = {
      eventStore: eventStore.url(EVENTSTORE_URL!),
      readModel: readModel.url(MONGODB_URL!),
      broker: broker.url(NATS_URL!),
      blobs: NATS_URL!,
      records: MONGODB_URL!,
      vault: MONGODB_URL!,
    };
    edge = await Edge.start({ on: { urls, namespace: randomNamespace('edge') } });
    connectionId = await edge.connect();
    jobId = await edge.order(connectionId);
  }, 60_000);

  afterAll(async () => {
    await edge.close();
    await Promise.all([eventStore, readModel, broker].map((proxy) => proxy.close()));
  }, 60_000);

  const body = { name: 'x', source: { connector: 'noop', config: {} } };
  const create = () => edge.call('POST', '/v1/connections', { body });
  const ready = () => edge.call('GET', '/readyz', { key: null });
  const alive = async () => (await edge.call('GET', '/healthz', { key: null })).status;

  it('answers 503 to every write while the event store is down, stays alive, and recovers by itself', async () => {
    eventStore.cut();
    for (const answer of [await create(), await edge.call('POST', `/v1/connections/${connectionId}/pause`)]) {
      expect([answer.status, answer.body.error.code]).toEqual([503, 'EVENT_STORE_UNAVAILABLE']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.body.error.requestId).toBe(answer.headers.get('x-request-id'));
    }
    const probe = await ready();
    expect([probe.status, probe.body.checks]).toMatchObject([503, { jobCoordinator: 'up', eventStore: 'down' }]);
    expect(await alive()).toBe(200);
    expect((await edge.call('GET', '/v1/connections')).status).toBe(200);
    const unknown = await edge.call('GET', '/v1/connections', { key: 'tmk_not-seen-before' });
    expect(unknown.body.error.code).toBe('EVENT_STORE_UNAVAILABLE');

    eventStore.pass();
    await eventually(async () => (await create()).status === 201, 'writes to go through again');
    await eventually(async () => (await ready()).status === 200, 'probe');
  });

  it('continues to stream the events of a job after the event store was down', async () => {
    const url = `${edge.url}/v1/jobs/${jobId}/events`;
    const events = readEvents(await fetch(url, { headers: { authorization: 'Bearer tmk_test-installation-key' } }));
    expect((await events.next()).value).toMatchObject({ id: '0' });
    eventStore.cut();
    expect((await edge.call('POST', `/v1/jobs/${jobId}/cancel`)).status).toBe(503);
    eventStore.pass();
    await eventually(async () => (await edge.call('POST', `/v1/jobs/${jobId}/cancel`)).status === 200, 'the cancel');
    expect((await events.next()).value).toMatchObject({ id: '1' });
    expect((await events.next()).value).toMatchObject({ event: 'end' });
  });

  it('loses only its lists while the read model is down, and they catch up', async () => {
    readModel.cut();
    const list = await edge.call('GET', '/v1/connections');
    expect([list.status, list.body.error.code]).toEqual([503, 'READ_MODEL_UNAVAILABLE']);
    const created = await create();
    expect(created.status).toBe(201);
    expect((await edge.call('GET', `/v1/connections/${created.body.id}`)).status).toBe(200);
    const probe = await ready();
    expect([probe.status, probe.body]).toMatchObject([200, { degraded: true, checks: { readModel: 'down' } }]);
    readModel.pass();
    await eventually(async () => {
      const { body: page } = await edge.call('GET', '/v1/connections');
      return page.data?.some(({ id }: { id: string }) => id === created.body.id);
    }, 'the list to have what was created meanwhile');
  });

  it('reports that no service is reachable while the broker is down', async () => {
    broker.cut();
    const answer = await create();
    expect([answer.status, answer.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect((await ready()).body).toMatchObject({ status: 'unavailable', checks: { jobCoordinator: 'down' } });
    expect(await alive()).toBe(200);
    broker.pass();
    await eventually(async () => (await create()).status === 201, 'writes to go through again', { timeout: 30_000 });
  });
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Running } from '@tidemark/messaging';
import { eventually, signal } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { readEvents, type StreamEvent } from '../../installations/event-source.js';

let edge: Edge;
beforeAll(async () => void (edge = await Edge.start()), 30_000);
afterAll(() => edge.close());

const shape = [
  ...['id', 'connectionId', 'type', 'trigger', 'state', 'stage', 'percent', 'counts', 'attempt', 'retryCount'],
  ...['retriesLeft', 'nextRetryAt', 'waitingFor', 'lastError', 'result', 'createdAt', 'startedAt', 'endedAt'],
  ...['durationMs', 'liveness', 'cancelRequestedAt', 'retryOf'],
].sort();

describe('jobs over HTTP, before any runner is there', () => {
  it('creates one and shows it at once, in the promised shape', async () => {
    const connectionId = await edge.connect();
    const created = await edge.call('POST', `/v1/connections/${connectionId}/jobs`, { body: { type: 'full' } });
    expect(created.status).toBe(202);
    const { status, body } = await edge.call('GET', `/v1/jobs/${created.body.id}`);
    expect([status, body]).toMatchObject([
      200,
      { id: created.body.id, connectionId, state: 'pending', trigger: 'api' },
    ]);
    expect(Object.keys(body).sort()).toEqual(shape);
    expect(Object.keys(body.counts)).toEqual([
      ...['total', 'processed', 'failed', 'created', 'updated', 'deleted', 'skipped'],
    ]);
  });

  it('refuses a repeated idempotency key, and names its job', async () => {
    const path = `/v1/connections/${await edge.connect()}/jobs`;
    const headers = { 'idempotency-key': 'monday' };
    const first = await edge.call('POST', path, { headers, body: { type: 'full' } });
    const again = await edge.call('POST', path, { headers, body: { type: 'full' } });
    expect([again.status, again.body.error]).toMatchObject([409, { code: 'DUPLICATE_JOB', jobId: first.body.id }]);
    const other = await edge.call('POST', path, { headers, body: { type: 'full', whenBusy: 'reject' } });
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const bad = await edge.call('POST', path, {
      headers: { 'idempotency-key': 'x'.repeat(256) },
      body: { type: 'full' },
    });
    expect(bad.body.error.fields).toMatchObject([{ field: 'Idempotency-Key' }]);
  });

  it('retries once under an idempotency key', async () => {
    const jobId = await edge.order(await edge.connect());
    await edge.call('POST', `/v1/jobs/${jobId}/cancel`);
    const headers = { 'idempotency-key': 'retry' };
    const answers = await Promise.all([1, 2, 3].map(() => edge.call('POST', `/v1/jobs/${jobId}/retry`, { headers })));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const { id } = answers.find(({ status }) => status === 202)!.body;
    for (const { status, body } of answers)
      if (status === 409) expect(body.error).toMatchObject({ code: 'DUPLICATE_JOB', jobId: id });
  });

  it('says that a job without a failed attempt has nothing to retry now', async () => {
    const jobId = await edge.order(await edge.connect());
    const { status, body } = await edge.call('POST', `/v1/jobs/${jobId}/retry-now`);
    expect([status, body.error.code]).toEqual([409, 'JOB_NOT_RETRYABLE']);
  });

  it('refuses a second job of a connection on request', async () => {
    const connectionId = await edge.connect();
    await edge.order(connectionId);
    const body = { type: 'full', whenBusy: 'reject' };
    const refusal = await eventually(async () => {
      const { status, body: reply } = await edge.call('POST', `/v1/connections/${connectionId}/jobs`, { body });
      return status === 409 && reply.error;
    }, 'the first job to have its slot');
    expect(refusal.code).toBe('CONNECTION_BUSY');
  });

  it('shows in lists why jobs wait, and that the reasons are missing while the coordinator is down', async () => {
    const { key } = await edge.newKey('waiting', 'read', 'write');
    const connection = { name: 'x', source: { connector: 'noop', config: {} } };
    const { id } = (await edge.call('POST', '/v1/connections', { key, body: connection })).body;
    for (const _ of [1, 2]) await edge.call('POST', `/v1/connections/${id}/jobs`, { key, body: { type: 'full' } });
    const list = await eventually(async () => {
      const { body } = await edge.call('GET', `/v1/connections/${id}/jobs?state=pending`, { key });
      return body.data?.length === 2 && body.data[0].waitingFor?.reason === 'connection_busy' && body;
    }, 'both jobs in the view');
    expect(list.data[0].waitingFor).toEqual({ reason: 'connection_busy', behind: [list.data[1].id] });
    expect(Object.keys(list.data[0]).sort()).toEqual(shape);
    expect(list).toMatchObject({ pagination: { page: 1, perPage: 50, total: 2 }, asOf: expect.any(Number) });
    expect(list).not.toHaveProperty('degraded');

    await edge.stopCoordinator();
    const unexplained = await edge.call('GET', `/v1/jobs?connectionId=${id}`, { key });
    expect([unexplained.status, unexplained.body]).toMatchObject([200, { degraded: true, data: [{}, {}] }]);
    await edge.startCoordinator();
  });

  it('cancels a waiting job, and retries it as a new one', async () => {
    const jobId = await edge.order(await edge.connect());
    const reason = 'not needed';
    const cancelled = await edge.call('POST', `/v1/jobs/${jobId}/cancel`, { body: { reason } });
    expect([cancelled.status, cancelled.body.state]).toEqual([200, 'cancelled']);
    const retried = await edge.call('POST', `/v1/jobs/${jobId}/retry`);
    expect([retried.status, retried.body]).toMatchObject([202, { retryOf: jobId, state: 'pending', trigger: 'retry' }]);
    const early = await edge.call('POST', `/v1/jobs/${retried.body.id}/retry`);
    expect([early.status, early.body.error.code]).toEqual([409, 'JOB_NOT_RETRYABLE']);

    const timeline = await edge.call('GET', `/v1/jobs/${jobId}/timeline?perPage=1&page=2`);
    expect(timeline.body).toMatchObject({
      data: [{ revision: 1, type: 'JobCancelled', actor: expect.stringMatching(/^key:/) }],
      pagination: { page: 2, perPage: 1, total: 2 },
    });
    const before = await edge.call('GET', `/v1/jobs/${jobId}/state?revision=0`);
    expect([before.status, before.body.state]).toEqual([200, 'pending']);
    const at = await edge.call('GET', `/v1/jobs/${jobId}/state?at=2100-01-01T00:00:00Z`);
    expect(at.body.state).toBe('cancelled');
    expect((await edge.call('GET', `/v1/jobs/${jobId}/state`)).status).toBe(400);
    expect((await edge.call('GET', `/v1/jobs/${jobId}/state?revision=7`)).status).toBe(404);
  });

  it('answers 404 for jobs and connections that do not exist, in lists too', async () => {
    for (const path of ['/v1/jobs/nope', '/v1/jobs/%00', '/v1/connections/nope/jobs', '/v1/jobs/nope/events'])
      expect((await edge.call('GET', path)).body.error).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the events of a job', () => {
  const open = (jobId: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(`${edge.url}/v1/jobs/${jobId}/events`, {
      headers: { authorization: 'Bearer tmk_test-installation-key', ...headers },
      signal: signal ?? null,
    });
  const eventsOf = async (response: Response): Promise<StreamEvent[]> => Array.fromAsync(readEvents(response));
  const typeOf = ({ data }: StreamEvent) => JSON.parse(data!).type;

  it('are streamed from the first on, then live, and end with the job', async () => {
    const jobId = await edge.order(await edge.connect());
    const response = await open(jobId);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-request-id')).toEqual(expect.any(String));
    const seen: StreamEvent[] = [];
    for await (const event of readEvents(response)) {
      seen.push(event);
      // Only now: later events cannot have been stored when the stream was opened.
      if (event.id === '0') await edge.call('POST', `/v1/jobs/${jobId}/cancel`);
    }
    expect(seen.map(({ id }) => id)).toEqual(['0', '1', undefined]);
    expect(seen.slice(0, 2).map(typeOf)).toEqual(['JobCreated', 'JobCancelled']);
    expect(JSON.parse(seen[0]!.data!)).toEqual({
      revision: 0,
      type: 'JobCreated',
      at: expect.any(String),
      message: expect.any(String),
      data: expect.objectContaining({ jobId }),
    });
    expect(seen.at(-1)).toMatchObject({ event: 'end' });
  });

  it('resume exactly after Last-Event-ID, and end with 204 after the last', async () => {
    const jobId = await edge.order(await edge.connect());
    await edge.call('POST', `/v1/jobs/${jobId}/cancel`);
    const rest = await eventsOf(await open(jobId, { 'last-event-id': '0' }));
    expect(rest).toMatchObject([{ id: '1' }, { event: 'end' }]);
    expect((await open(jobId, { 'last-event-id': '1' })).status).toBe(204);
    const beyond = await open(jobId, { 'last-event-id': '9' });
    expect(beyond.status).toBe(400);
    const { error } = (await beyond.json()) as { error: { fields: object[] } };
    expect(error.fields).toMatchObject([{ field: 'from' }]);
    expect((await open(jobId, { 'last-event-id': 'x' })).status).toBe(400);
  });

  it('begin at once after the last event so far, before there is another', async () => {
    const jobId = await edge.order(await edge.connect());
    const response = await open(jobId, { 'last-event-id': '0' });
    expect(response.status).toBe(200);
    const events = readEvents(response);
    const next = events.next();
    await edge.call('POST', `/v1/jobs/${jobId}/cancel`);
    expect((await next).value).toMatchObject({ id: '1' });
    await events.return(undefined);
  });

  it('are no longer subscribed to when the last reader has left', async () => {
    const jobId = await edge.order(await edge.connect());
    const listen = jest.spyOn(edge.adapters.broker, 'listen');
    const leaving = new AbortController();
    await readEvents(await open(jobId, {}, leaving.signal)).next();
    const running = (await listen.mock.results.at(-1)!.value) as Running;
    const stopped = signal<void>();
    const stop = jest.spyOn(running, 'stop').mockImplementation(() => Promise.resolve(stopped.resolve()));
    expect(stop).not.toHaveBeenCalled();
    leaving.abort();
    await stopped.promise;
    listen.mockRestore();
  });
});

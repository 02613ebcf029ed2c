import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';

let edge: Edge;
let acme: string;
let globex: string;
let next = 0;

beforeAll(async () => {
  edge = await Edge.start();
  await edge.startRunners();
  acme = (await edge.newKey('acme', 'operate')).key;
  globex = (await edge.newKey('globex', 'operate')).key;
}, 30_000);
afterAll(() => edge.close());

const as = (key: string, method: string, path: string, body?: object) =>
  edge.call(method, path, { key, ...(body && { body }) });
const lettersOf = async (key: string, query = '') => (await as(key, 'GET', `/v1/dead-letters${query}`)).body;

/** Messages on which the runner gives up. */
async function fail(tenant: string, key: string, count = 1): Promise<string[]> {
  const before = (await lettersOf(key, '?limit=200')).data.length;
  for (let i = 0; i < count; i++) {
    const data = { tenant, password: 'hunter2', url: 'https://me:hunter2@a.example' };
    await edge.adapters.broker.publish({ subject: 'tidemark.work.connector-runner.fetch', id: `bad-${next++}`, data });
  }
  return eventually(async () => {
    const { data } = await lettersOf(key, '?limit=200');
    return data.length === before + count && data.slice(before).map(({ id }: { id: string }) => id);
  }, 'the dead letters');
}

describe('dead letters', () => {
  it('are listed for operators of their tenant alone, page by page', async () => {
    const ids = await fail('acme', acme, 3);
    const first = await lettersOf(acme, '?limit=2');
    expect(first.data[0]).toMatchObject({
      ...{ consumer: 'connector-runner', subject: 'tidemark.work.connector-runner.fetch', deliveries: 1 },
      reason: 'not a work message: jobId, stage, attempt missing',
    });
    const second = await lettersOf(acme, `?limit=2&after=${first.next}`);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeNull();
    expect((await lettersOf(globex)).data).toEqual([]);
    expect((await as(globex, 'GET', `/v1/dead-letters/${ids[0]}`)).status).toBe(404);
    expect((await as(globex, 'POST', `/v1/dead-letters/${ids[0]}/redrive`)).status).toBe(404);
    expect((await as(globex, 'DELETE', `/v1/dead-letters/${ids[0]}`)).status).toBe(404);
    const { key: writer } = await edge.newKey('acme', 'read', 'write');
    expect((await as(writer, 'GET', '/v1/dead-letters')).status).toBe(403);
    expect((await as(acme, 'POST', '/v1/dead-letters/discard', { all: true })).body.settled).toBe(3);
  });

  it('are shown with their message, without secrets', async () => {
    const [id] = await fail('acme', acme);
    const { body } = await as(acme, 'GET', `/v1/dead-letters/${id}`);
    expect(body.data).toEqual({ tenant: 'acme', password: '(hidden)', url: 'https://(hidden)@a.example' });
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect((await as(acme, 'DELETE', `/v1/dead-letters/${id}`)).status).toBe(204);
    expect((await as(acme, 'DELETE', `/v1/dead-letters/${id}`)).status).toBe(404);
  });

  it('are redriven once, and are new ones when they fail again', async () => {
    const [id, other] = await fail('acme', acme, 2);
    expect((await as(acme, 'POST', `/v1/dead-letters/${id}/redrive`)).status).toBe(204);
    expect((await as(acme, 'POST', `/v1/dead-letters/${id}/redrive`)).status).toBe(404);
    const { body } = await as(acme, 'POST', '/v1/dead-letters/redrive', { ids: [id, other, other, 'nope'] });
    expect(body).toEqual({ settled: 1, missing: [id, 'nope'], more: false });
    const again = await eventually(async () => {
      const { data } = await lettersOf(acme);
      return data.length === 2 && data.map((one: { id: string }) => one.id);
    });
    expect(again).not.toContain(id);
    const discarded = { all: true, consumer: 'connector-runner' };
    expect((await as(acme, 'POST', '/v1/dead-letters/discard', { all: true, consumer: 'x' })).body.settled).toBe(0);
    expect((await as(acme, 'POST', '/v1/dead-letters/discard', discarded)).body.settled).toBe(2);
  });

  it.each([
    [{}],
    [{ ids: [] }],
    [{ ids: ['1-00000000'], all: true }],
    [{ all: false }],
    [{ ids: [1] }],
    [{ al: true }],
  ])('are not chosen by %j', async (body) => {
    const { status, body: answer } = await as(acme, 'POST', '/v1/dead-letters/redrive', body);
    expect([status, answer.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('make the process degraded as long as there are any', async () => {
    const [id] = await fail('acme', acme);
    await eventually(() => edge.conditions.list().some(({ subject }) => subject === 'dead letters'), 'the condition');
    await as(acme, 'DELETE', `/v1/dead-letters/${id}`);
    const gone = () => !edge.conditions.list().some(({ subject }) => subject === 'dead letters');
    await eventually(gone, 'the condition to end', { timeout: 30_000 });
  }, 40_000);
});

import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ingestSubject, pushStream } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { PagedApi } from '../testing/paged-api.js';

let api: PagedApi;
let edge: Edge;
let connectionId: string;

beforeAll(async () => {
  api = await PagedApi.start();
  edge = await Edge.start();
  await edge.startRunners();
}, 30_000);
afterAll(async () => {
  await edge.close();
  await api.stop();
});
beforeEach(async () => {
  connectionId = await edge.connect({
    connector: 'http-json',
    config: api.config(['customers']),
    objects: ['customers', 'orders'],
  });
});

const path = (rest = '') => `/v1/connections/${connectionId}/records${rest}`;
const customer = (externalId: unknown, data: unknown = { name: 'Ada' }) => ({ object: 'customers', externalId, data });
const push = (...records: object[]) => edge.post(path(), { records });
const statuses = ({ body }: { body: any }) => body.data.map(({ status }: { status: string }) => status);
const records = async () => (await edge.get(path())).body.data;
const jobs = async () => (await edge.get(`/v1/connections/${connectionId}/jobs`)).body.data;
const ended = (count: number) =>
  eventually(
    async () => {
      const all = await jobs();
      return all.length === count && all.every(({ state }: any) => state === 'completed') && all;
    },
    `the end of ${count} jobs`,
    { timeout: 20_000 },
  );
const stored = () => Array.fromAsync(edge.adapters.eventStore.read(pushStream.of(connectionId))).catch(() => []);

describe('records that a program pushes', () => {
  it('are stored by one job, without a request to the source', async () => {
    const answer = await push(customer('1'), customer('2', { name: 'Grace' }), { ...customer('o1'), object: 'orders' });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        status: 'stored',
        data: [
          { object: 'customers', externalId: '1', status: 'stored' },
          { object: 'customers', externalId: '2', status: 'stored' },
          { object: 'orders', externalId: 'o1', status: 'stored' },
        ],
      },
    ]);
    const [job] = await ended(1);
    expect(job).toMatchObject({ type: 'webhook', trigger: 'webhook', counts: { created: 3 } });
    expect((await edge.get(path('/customers/2'))).body).toMatchObject({ data: { name: 'Grace' }, deleted: false });
    expect(api.requests).toEqual([]);
    expect(statuses(await push({ object: 'customers', externalId: '2', deleted: true }))).toEqual(['stored']);
    await ended(2);
    expect((await edge.get(path('/customers/2'))).body.deleted).toBe(true);
  }, 30_000);

  it('are taken once with the same content, also twice at the same moment, and again after another', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => push(customer('1', { a: 1, b: 2 }))));
    expect(answers.map((one) => statuses(one)[0]).sort()).toEqual(['stored', ...Array(9).fill('unchanged')].sort());
    expect(statuses(await push(customer('1', { b: 2, a: 1 }), customer('2')))).toEqual(['unchanged', 'stored']);
    expect(statuses(await push(customer('1', { a: 2 })))).toEqual(['stored']);
    expect(statuses(await push(customer('1', { a: 1, b: 2 })))).toEqual(['stored']);
    expect((await stored()).filter(({ type }) => type === 'ObjectsPushed')).toHaveLength(4);
    const last = async () => isDeepStrictEqual((await edge.get(path('/customers/1'))).body.data, { a: 1, b: 2 });
    await eventually(last, 'the last record', { timeout: 20_000 });
  }, 30_000);

  it('are refused one by one', async () => {
    const answer = await push(
      customer('1'),
      customer(''),
      { ...customer('3'), object: 'invoices' },
      customer('4', 'text'),
      { ...customer('5'), updatedAt: 'yesterday' },
      { ...customer('6'), color: 'red' },
    );
    expect(answer.status).toBe(200);
    expect(statuses(answer)).toEqual(['stored', ...Array(5).fill('refused')]);
    expect(answer.body.data.slice(1).map(({ code }: any) => code)).toEqual([
      ...['OBJECT_MISSING_ID', 'OBJECT_UNKNOWN', 'OBJECT_INVALID', 'OBJECT_INVALID', 'OBJECT_INVALID'],
    ]);
    expect((await edge.post(path(), { records: [] })).status).toBe(400);
    expect((await edge.post(path(), { records: Array(1001).fill(customer('1')) })).status).toBe(400);
    const { key } = await edge.newKey('globex', 'read', 'write');
    expect((await edge.post(path(), { records: [customer('1')] }, { key })).status).toBe(404);
    const other = await edge.connect();
    expect((await edge.post(`/v1/connections/${other}/records`, { records: [customer('1')] })).status).toBe(409);
  }, 30_000);

  it('wait while the connection is paused', async () => {
    await edge.post(`/v1/connections/${connectionId}/pause`);
    expect((await push(customer('1'))).body).toMatchObject({
      status: 'pendingEnrichment',
      data: [{ status: 'pendingEnrichment' }],
    });
    await edge.post(`/v1/connections/${connectionId}/resume`);
    await ended(1);
    expect(await records()).toHaveLength(1);
  }, 30_000);

  it('arrive on the broker too; what cannot be taken becomes a dead letter of its tenant', async () => {
    const publish = (id: string, data: unknown, tenant = 'default', to = connectionId) =>
      edge.adapters.broker.publish({ subject: ingestSubject(tenant, to), id, data });
    await publish('m1', { records: [customer('1'), customer('2')] });
    await publish('m1', { records: [customer('1'), customer('2')] });
    await publish('m2', customer('3'));
    await eventually(async () => (await records()).length === 3, 'the records', { timeout: 20_000 });
    const { key } = await edge.newKey('globex', 'operate');
    await publish('m3', customer('4'), 'globex');
    await publish('m4', 'rubbish');
    const letters = (key?: string) => edge.get('/v1/dead-letters', key === undefined ? {} : { key });
    await eventually(async () => (await letters(key)).body.data.length === 1, "the other tenant's letter");
    await eventually(async () => (await letters()).body.data.length === 1, 'the letter');
    expect(await records()).toHaveLength(3);
  }, 30_000);
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import pg from 'pg';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi, type ApiRecord } from '../testing/paged-api.js';

const { POSTGRES_URL } = process.env;

(POSTGRES_URL ? describe : describe.skip)('a record sync into PostgreSQL', () => {
  const schema = randomNamespace('records');
  let api: PagedApi;
  let installation: StandaloneInstallation;
  let on: Client;
  let database: pg.Client;

  beforeEach(async () => {
    api = await PagedApi.start();
    installation = await startStandaloneInstallation();
    on = installation.client;
    database = new pg.Client(POSTGRES_URL);
    await database.connect();
    await database.query(`create schema ${schema}; set search_path = ${schema};
      create table customers (id int primary key, title text check (title <> 'refused'))`);
  }, 30_000);

  afterEach(async () => {
    await installation.stop();
    await api.stop();
    await database.query(`drop schema ${schema} cascade`);
    await database.end();
  });

  const customer = (id: number, title = `customer ${id}`): ApiRecord => ({ id, title });
  const customers = (count: number) => Array.from({ length: count }, (_, n) => customer(n + 1));
  const stored = async () => (await database.query('select id, title from customers order by id')).rows;
  const requests = () => api.requests.length;
  const run = async (id: string, given: object = {}) => on.ended(await on.order(id, given));

  function connect(mode: string): Promise<string> {
    const { hostname, port, pathname, username } = new URL(POSTGRES_URL!);
    const server = { host: hostname, port: Number(port), database: pathname.slice(1), user: username };
    const config = { ...server, ssl: { mode: 'disable' }, searchPath: [schema] };
    const warehouse = { name: 'warehouse', connector: 'postgres', config, mode, object: 'customers', key: ['id'] };
    const source = { connector: 'http-json', config: api.config(['people']), objects: ['people'] };
    return on.connect(source, { pipeline: 'records', destinations: [warehouse] });
  }

  it('writes only the differences, and deletes in mode mirror', async () => {
    api.objects.set('people', customers(25));
    const id = await connect('mirror');
    expect(await run(id)).toMatchObject({ result: 'succeeded', counts: { processed: 25, created: 25, failed: 0 } });
    expect(await stored()).toEqual(customers(25));
    expect(await run(id)).toMatchObject({ result: 'unchanged', counts: { created: 0, updated: 0, skipped: 25 } });
    const now = [customer(1, 'new'), ...customers(24).slice(1), customer(26)];
    api.objects.set('people', now);
    expect((await run(id)).counts).toMatchObject({ created: 1, updated: 1, deleted: 1, skipped: 23, failed: 0 });
    expect(await stored()).toEqual(now);
  });

  it('leaves rows that are gone in mode upsert', async () => {
    api.objects.set('people', customers(3));
    const id = await connect('upsert');
    await run(id);
    api.objects.set('people', customers(2));
    expect((await run(id)).counts).toMatchObject({ deleted: 0, skipped: 2 });
    expect(await stored()).toEqual(customers(3));
  });

  it('offers a refused row again, names it, and brings it in alone once it is right', async () => {
    api.objects.set('people', [...customers(9), customer(10, 'refused')]);
    const id = await connect('upsert');
    const first = await run(id);
    expect(first).toMatchObject({ result: 'completed_with_errors', counts: { created: 9, failed: 1 } });
    const { body } = await on.get(`/v1/jobs/${first.id}/errors`);
    expect(body.data).toMatchObject([{ externalId: '10', destination: 'warehouse', data: { id: 10 } }]);
    expect((await run(id)).counts).toMatchObject({ created: 0, skipped: 9, failed: 1 });
    api.objects.set('people', [customer(1, 'new'), ...customers(10).slice(1)]);
    expect((await run(id, { rows: 'failed' })).counts).toMatchObject({ created: 1, updated: 0 });
    expect(await stored()).toEqual(customers(10));
    expect((await run(id)).counts).toMatchObject({ created: 0, updated: 1 });
    expect(await stored()).toEqual([customer(1, 'new'), ...customers(10).slice(1)]);
  });

  it('writes nothing in a dry run, and says what it would', async () => {
    api.objects.set('people', customers(4));
    const id = await connect('mirror');
    expect(await run(id, { dryRun: true })).toMatchObject({ result: 'succeeded', counts: { created: 4, failed: 0 } });
    expect(await stored()).toEqual([]);
    const written = await run(id);
    expect(written.counts).toMatchObject({ created: 4 });
    expect((await on.get(`/v1/jobs/${written.id}/dry-run`)).status).toBe(404);
    api.objects.set('people', [customer(1, 'new'), customer(2), ...customers(150).slice(4)]);
    const { id: job } = await run(id, { dryRun: true });
    const { body } = await on.get(`/v1/jobs/${job}/dry-run`);
    expect([body.created.count, body.created.rows.length]).toEqual([146, 100]);
    expect(body.updated).toEqual({ count: 1, rows: [{ key: 1, data: customer(1, 'new'), columns: ['title'] }] });
    expect(body.deleted.rows.map(({ key }: { key: number }) => key).sort()).toEqual([3, 4]);
    expect(await stored()).toEqual(customers(4));
  });

  it('refuses too many deletions and an empty result, and deletes nothing then', async () => {
    api.objects.set('people', customers(150));
    const id = await connect('mirror');
    await run(id);
    for (const type of ['incremental', 'full']) {
      api.objects.set('people', customers(50));
      expect(await run(id, { type })).toMatchObject({ state: 'failed', lastError: { code: 'TOO_MANY_DELETES' } });
      api.objects.set('people', []);
      expect(await run(id, { type })).toMatchObject({ state: 'failed', lastError: { code: 'EMPTY_RESULT' } });
    }
    expect(await stored()).toHaveLength(150);
    await on.call('PATCH', `/v1/connections/${id}`, { body: { policies: { maxDeletes: 1 } } });
    expect((await run(id)).counts).toMatchObject({ deleted: 150 });
  });

  it('deletes nothing when a row could not be used, and finds it next time', async () => {
    api.objects.set('people', customers(5));
    const id = await connect('mirror');
    await run(id);
    api.objects.set('people', [...customers(4), { id: null, order: 5 }]);
    expect((await run(id)).counts).toMatchObject({ deleted: 0, failed: 1 });
    expect((await run(id, { type: 'full' })).counts).toMatchObject({ deleted: 0, failed: 1 });
    api.objects.set('people', customers(4));
    expect((await run(id)).counts).toMatchObject({ deleted: 1, failed: 0 });
    expect(await stored()).toEqual(customers(4));
  });

  it('deletes a row later whose deletion was refused in a full job', async () => {
    await database.query('create table orders (customer int references customers)');
    api.objects.set('people', customers(5));
    const id = await connect('mirror');
    await run(id);
    await database.query('insert into orders values (5)');
    api.objects.set('people', customers(4));
    expect((await run(id, { type: 'full' })).counts).toMatchObject({ deleted: 0, failed: 1 });
    await database.query('delete from orders');
    expect((await run(id)).counts).toMatchObject({ deleted: 1, failed: 0 });
    expect(await stored()).toEqual(customers(4));
  });

  it('writes every row again in a full job, which also heals the destination', async () => {
    api.objects.set('people', customers(5));
    const id = await connect('mirror');
    await run(id);
    await database.query('delete from customers where id = 2');
    api.objects.set('people', customers(4));
    const before = requests();
    expect((await run(id, { type: 'full' })).counts).toMatchObject({ created: 1, deleted: 1, failed: 0 });
    expect(requests()).toBeGreaterThan(before);
    expect(await stored()).toEqual(customers(4));
  });
});

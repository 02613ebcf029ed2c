import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import pg from 'pg';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi, type ApiRecord } from '../testing/paged-api.js';

const { POSTGRES_URL } = process.env;
const TABLES = ['customers', '_tidemark_positions', '_tidemark_batches'];

(POSTGRES_URL ? describe : describe.skip)('a PostgreSQL database that was restored from a copy', () => {
  let schema: string;
  let api: PagedApi;
  let installation: StandaloneInstallation;
  let on: Client;
  let database: pg.Client;

  beforeEach(async () => {
    schema = randomNamespace('restored');
    api = await PagedApi.start();
    installation = await startStandaloneInstallation();
    on = installation.client;
    database = new pg.Client(POSTGRES_URL);
    await database.connect();
    await database.query(`create schema ${schema}; set search_path = ${schema};
      create table customers (id int primary key, title text, "updatedAt" text)`);
  }, 30_000);

  afterEach(async () => {
    await installation.stop();
    await api.stop();
    await database.query(`drop schema ${schema} cascade`);
    await database.end();
  });

  const customer = (id: number): ApiRecord => ({ id, title: `${id}`, updatedAt: '2026-01-01T00:00:00' });
  const changed = (id: number): ApiRecord => ({ id, title: `${id} changed`, updatedAt: new Date().toISOString() });
  const customers = (count: number) => Array.from({ length: count }, (_, n) => customer(n + 1));
  const stored = async () => (await database.query('select * from customers order by id')).rows;
  const run = async (id: string, given: object = {}) => on.ended(await on.order(id, given));
  const copy = () =>
    database.query(TABLES.map((name) => `drop table if exists c${name}; create table c${name} as table ${name}`).join('; ')); // prettier-ignore
  const restore = () =>
    database.query(TABLES.map((name) => `truncate ${name}; insert into ${name} table c${name}`).join('; '));

  function connect(pipeline: string, mode: string): Promise<string> {
    const { hostname, port, pathname, username } = new URL(POSTGRES_URL!);
    const server = { host: hostname, port: Number(port), database: pathname.slice(1), user: username };
    const config = { ...server, ssl: { mode: 'disable' }, searchPath: [schema] };
    const warehouse = { name: 'warehouse', connector: 'postgres', config, mode, object: 'customers', key: ['id'] };
    const source = { connector: 'http-json', config: api.config(['people']), objects: ['people'] };
    return on.connect(source, { pipeline, destinations: [warehouse] });
  }

  it('is fed again by the next sync from the cursor that the copy was written up to', async () => {
    api.objects.set('people', customers(25));
    const id = await connect('integration', 'upsert');
    await run(id);
    await copy();
    api.objects.set('people', [...customers(24), changed(25), changed(26)]);
    expect((await run(id)).counts).toMatchObject({ created: 1, updated: 1 });
    api.objects.get('people')!.push(changed(27));
    await run(id);
    const whole = await stored();
    await restore();
    expect(await stored()).toEqual(customers(25));
    const again = await run(id);
    expect(await stored()).toEqual(whole);
    expect(again.objects.people).toMatchObject({ from: 'cursor', reason: expect.stringContaining('restored') });
    expect(again.counts.processed).toBeLessThan(25);
    expect((await run(id)).objects.people.reason).not.toContain('restored');
  });

  it('is fed again from the beginning when the copy is older than the first sync', async () => {
    api.objects.set('people', customers(25));
    const id = await connect('integration', 'upsert');
    await run(id);
    await run(id);
    await database.query('truncate customers, _tidemark_positions, _tidemark_batches');
    expect((await run(id)).objects.people).toMatchObject({ from: 'beginning' });
    expect(await stored()).toEqual(customers(25));
  });

  it.each(['mirror', 'append'])(
    'is compared with the snapshot of its own state by a record sync in mode %s',
    async (mode) => {
      api.objects.set('people', customers(25));
      const id = await connect('records', mode);
      await run(id);
      await copy();
      const now = mode === 'mirror' ? [...customers(23), changed(24), customer(26)] : customers(26);
      api.objects.set('people', now);
      await run(id);
      expect(await stored()).toEqual(now);
      await restore();
      const { counts } = await run(id);
      expect(await stored()).toEqual(now);
      expect(counts).toMatchObject(mode === 'mirror' ? { created: 1, updated: 1, deleted: 1 } : { created: 1 });
      expect((await run(id)).result).toBe('unchanged');
    },
  );

  it('is compared as empty by a record sync when the copy is older than the first one', async () => {
    api.objects.set('people', customers(25));
    const id = await connect('records', 'mirror');
    await run(id);
    await database.query('truncate customers, _tidemark_positions, _tidemark_batches');
    expect((await run(id)).counts).toMatchObject({ created: 25 });
    expect(await stored()).toEqual(customers(25));
    expect((await run(id)).result).toBe('unchanged');
  });
});

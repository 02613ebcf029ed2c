import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PostgresDestination } from './destination.js';
import { PostgresSource } from './source.js';
import { TestDatabase } from './testing/database.js';
import { hasPooler, startPooler } from './testing/pooler.js';
import { ids, readAll } from './testing/reading.js';
import { batchOf, statuses } from './testing/writing.js';

const signal = new AbortController().signal;

(process.env.POSTGRES_URL && hasPooler ? describe : describe.skip)('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let other: TestDatabase;
  let pooler: Awaited<ReturnType<typeof startPooler>>;
  beforeAll(async () => {
    database = await TestDatabase.open();
    other = await TestDatabase.open();
    pooler = await startPooler(database.url);
    for (const one of [database, other]) await one.query('create table things (id int primary key, at timestamptz)');
  });
  afterAll(async () => {
    await pooler[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  it('writes into its own schema beside a destination with another search path', async () => {
    const [here, there] = [database, other].map((one) => new PostgresDestination(one.context({ port: pooler.port })));
    for (let round = 0; round < 20; round++) {
      const rows = (from: number) => Array.from({ length: 5 }, (_, n) => ({ id: from + 5 * round + n }));
      const all = await Promise.all([
        here!.write(batchOf('upsert', 'things', rows(0)), signal),
        there!.write(batchOf('upsert', 'things', rows(1000)), signal),
        here!.write(batchOf('upsert', 'things', rows(500)), signal),
      ]);
      expect(new Set(statuses(all.flat()))).toEqual(new Set(['created']));
    }
    const bounds = 'select count(*)::int, min(id), max(id) from things';
    expect(await database.query(bounds)).toEqual([{ count: 200, min: 0, max: 599 }]);
    expect(await other.query(bounds)).toEqual([{ count: 100, min: 1000, max: 1099 }]);
    await here!.close();
    await there!.close();
  });

  it('ignores a temporary table and a search path that another program left behind', async () => {
    const client = new pg.Client({ host: '127.0.0.1', port: pooler.port, user: 'x', database: database.url.pathname.slice(1) }); // prettier-ignore
    await client.connect();
    for (let n = 0; n < 4; n++)
      await client.query(`set search_path = ${other.schema}; create temp table if not exists things (id int primary key, at timestamptz)`); // prettier-ignore
    const destination = new PostgresDestination(database.context({ port: pooler.port }));
    await destination.write(batchOf('upsert', 'things', [{ id: 5000 }]), signal);
    await destination.close();
    await client.query('discard all');
    await client.query('discard all');
    await client.end();
    expect(await database.query('select id from things where id = 5000')).toEqual([{ id: 5000 }]);
  });

  it('leaves no settings behind for other programs', async () => {
    const destination = new PostgresDestination(database.context({ port: pooler.port, statementTimeoutMs: 12_345 }));
    const source = new PostgresSource(database.context({ port: pooler.port, objects: [{ name: 'model', table: 'things' }] })); // prettier-ignore
    await Promise.all([1, 2, 3].map((id) => destination.write(batchOf('upsert', 'things', [{ id }]), signal)));
    expect(ids((await readAll(source)).records).length).toBeGreaterThan(2);
    expect(await destination.check(signal)).toMatchObject({ ok: true });
    expect(await source.check(signal)).toMatchObject({ ok: true });
    const settings = new Set<string>();
    for (let n = 0; n < 6; n++) {
      const client = new pg.Client({ host: '127.0.0.1', port: pooler.port, user: 'x', database: database.url.pathname.slice(1) }); // prettier-ignore
      await client.connect();
      const { rows } = await client.query<Record<string, string>>(`select current_setting('search_path') as path,
        current_setting('statement_timeout') as timeout, current_setting('bytea_output') as bytes, current_setting('intervalstyle') as style,
        (select count(*)::int from pg_class where relname like 'tidemark%' and relpersistence = 't') as tables`);
      settings.add(JSON.stringify(rows[0]));
      await client.end();
    }
    expect([...settings]).toEqual([
      JSON.stringify({ path: '"$user", public', timeout: '0', bytes: 'hex', style: 'postgres', tables: 0 }),
    ]);
    await destination.close();
  });
});

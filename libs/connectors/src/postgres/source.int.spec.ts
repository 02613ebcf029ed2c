import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Terminal } from '@tidemark/resilience';
import type { Source } from '@tidemark/connector-sdk';
import { PostgresSource } from './source.js';
import { TestDatabase } from './testing/database.js';
import { failure, ids, pagesOf, readAll, readInPieces } from './testing/reading.js';

const suite = process.env.POSTGRES_URL ? describe : describe.skip;
const signal = new AbortController().signal;

let database: TestDatabase;

const sourceOf = (objects: readonly object[], more: object = {}): Source => new PostgresSource(database.context({ objects, ...more })); // prettier-ignore

suite('a postgres source', () => {
  beforeAll(async () => {
    database = await TestDatabase.open();
  });
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
  });

  it('returns every type as JSON without loss', async () => {
    await database.query(`create type mood as enum ('sad', 'ok'); create domain price as numeric(10, 2)`);
    const sql = `select 1 as id, true as flag, 9007199254740993::int8 as big, 2147483647 as int, 0.1::float8 as float,
      'NaN'::float8 as nan, '-Infinity'::float4 as low, 1234567890.1234567890::numeric as exact, 'NaN'::numeric as nan_exact,
      '5.50'::price as price, 'ok'::mood as mood, 'ä€😀' as text, 'ab'::char(4) as padded, '\\x00ff10'::bytea as bytes,
      timestamptz '2026-01-02 03:04:05.123456+02' as instant, timestamp '2026-01-02 03:04:05' as local, 'infinity'::timestamptz as never,
      date '2026-01-02' as day, time '03:04:05.5' as hour, interval '1 year 2 days 3 hours' as span,
      '{"a": [1, 12345678901234567890, 1.50, 1e400], "b": null}'::json as json, '{"x": 0.1234567890123456789}'::jsonb as jsonb,
      array[1, null, 3] as ints, array[['a', 'b"c\\d'], ['NULL', '{}']] as texts, array['sad', 'ok']::mood[] as moods,
      array['{"k": 1}'::jsonb] as objects, '{2026-01-02 03:04:05+00}'::timestamptz[] as instants, array[9007199254740993] as bigs,
      '6ee2f1b1-8a5d-4c0e-9d7e-000000000001'::uuid as uuid, '10.0.0.1'::inet as inet, int4range(1, 5) as range, null::int as nothing`;
    const { records } = await readAll(sourceOf([{ name: 'model', sql, key: ['id'] }]));
    expect(records[0]!.data).toEqual({
      ...{ id: 1, flag: true, big: '9007199254740993', int: 2147483647, float: 0.1, nan: 'NaN', low: '-Infinity' },
      ...{ exact: '1234567890.1234567890', nan_exact: 'NaN', price: '5.50', mood: 'ok', text: 'ä€😀', padded: 'ab  ' },
      ...{ bytes: 'AP8Q', instant: '2026-01-02T01:04:05.123456Z', local: '2026-01-02T03:04:05', never: 'infinity' },
      ...{ day: '2026-01-02', hour: '03:04:05.5', span: 'P1Y2DT3H' },
      json: { a: [1, '12345678901234567890', 1.5, '1e400'], b: null },
      jsonb: { x: '0.1234567890123456789' },
      ...{
        ints: [1, null, 3],
        texts: [
          ['a', 'b"c\\d'],
          ['NULL', '{}'],
        ],
        moods: ['sad', 'ok'],
        objects: [{ k: 1 }],
      },
      ...{ instants: ['2026-01-02T03:04:05Z'], bigs: ['9007199254740993'] },
      ...{ uuid: '6ee2f1b1-8a5d-4c0e-9d7e-000000000001', inet: '10.0.0.1', range: '[1,5)', nothing: null },
    });
  });

  it('resumes exactly among composite keys, rows without a time and rows without a key', async () => {
    // 3 x 20 rows with keys, every fifth without a time; 7 that lack a part of the key; several per time.
    const sql = `
      select a, b, case when b % 5 = 0 then null else timestamptz '2026-01-01' + (b / 2) * interval '1 hour' end as at
      from generate_series(1, 3) a, generate_series(1, 20) b
      union all select case when n % 2 = 0 then 1 end, case when n % 2 = 1 then n end, null from generate_series(1, 7) n`;
    const open = () => sourceOf([{ name: 'model', sql, key: ['a', 'b'], updatedAt: 'at' }]);
    const whole = await readAll(open(), { pageSize: 1000 });
    expect(whole.pages.map(({ hasMore }) => hasMore)).toEqual([true, false]);
    expect(whole.records).toHaveLength(60);
    expect(whole.problems).toHaveLength(7);
    for (const pageSize of [2, 7, 60]) {
      const pieces = await readInPieces(open, { pageSize });
      expect(ids(pieces.records)).toEqual(ids(whole.records));
      expect(pieces.problems).toEqual(whole.problems);
    }
    const resumed = (await readInPieces(open, { pageSize: 7 })).pages;
    for (const [at, page] of resumed.slice(0, -1).entries()) {
      const rest = await readAll(open(), { cursor: page.cursor, pageSize: 4 });
      expect(ids(rest.records)).toEqual(ids(resumed.slice(at + 1).flatMap(({ records }) => records)));
    }
  });

  it('orders and compares keys of every kind as the server does', async () => {
    const keys = ['text', 'uuid', 'numeric', 'float8', 'timestamptz', 'bytea'];
    const sql = `select chr(96 + n % 26) || case when n % 2 = 0 then 'Z' else 'é' end || n as text, md5(n::text)::uuid as uuid,
      (n * 1.10)::numeric as numeric, 1 / n::float8 as float8,
      timestamptz '2026-01-01' + n * interval '1 microsecond' as timestamptz, decode(md5(n::text), 'hex') as bytea
      from generate_series(1, 53) n`;
    for (const key of keys) {
      const pieces = await readInPieces(() => sourceOf([{ name: 'model', sql, key: [key] }]), { pageSize: 10 });
      expect([key, new Set(ids(pieces.records)).size, pieces.records.length]).toEqual([key, 53, 53]);
    }
  });

  it('reads a table by its primary key, with an estimate of its rows', async () => {
    await database.query(`create table "Odd.Table" (z int, "A b" text, c int, primary key ("A b", z));
      insert into "Odd.Table" select n, 'k' || n, n from generate_series(1, 300) n; analyze "Odd.Table"`);
    const source = sourceOf([{ table: `${database.schema}."Odd.Table"` }]);
    const [page] = await pagesOf(source, { object: `${database.schema}."Odd.Table"`, pageSize: 2 }, 1);
    expect(page).toMatchObject({ estimate: 300, hasMore: true, cursor: { after: { key: ['k10', '10'] } } });
    expect(page!.records.map(({ externalId, data }) => [externalId, data])).toEqual([
      ['["k1","1"]', { z: 1, 'A b': 'k1', c: 1 }],
      ['["k10","10"]', { z: 10, 'A b': 'k10', c: 10 }],
    ]);
  });

  it('reports several rows with the same key as problems', async () => {
    const sql = 'select n / 2 as id, n from generate_series(0, 9) n';
    const { records, problems } = await readAll(sourceOf([{ name: 'model', sql, key: ['id'] }]), { pageSize: 3 });
    expect(ids(records)).toEqual(['0', '1', '2', '3', '4']);
    expect(problems).toHaveLength(5);
    expect(problems[0]).toMatchObject({ code: 'OBJECT_INVALID', externalId: '0', field: 'id' });
  });

  it('is not misled by a change in the future', async () => {
    await database.query(`create table clocked (id int primary key, at timestamp);
      insert into clocked values (1, '2099-01-01'), (2, now()), (3, null), (4, 'infinity')`);
    const open = () => sourceOf([{ name: 'model', table: 'clocked', updatedAt: 'at', lookBackMs: 0 }]);
    const first = await readAll(open());
    expect(ids(first.records)).toEqual(['2', '1', '4', '3']);
    await database.query(`insert into clocked values (5, now() + interval '1 second')`);
    const second = await readAll(open(), { cursor: first.pages.at(-1)!.cursor });
    expect(ids(second.records)).toEqual(['5', '1', '4', '3']);
  });

  it('overlaps the previous read by the look-back', async () => {
    await database.query(`create table late (id int primary key, at timestamptz);
      insert into late select n, timestamptz '2026-01-01' + n * interval '1 second' from generate_series(1, 100) n`);
    const source = sourceOf([{ name: 'model', table: 'late', updatedAt: 'at', lookBackMs: 5000 }]);
    const first = await readAll(source);
    const again = await readAll(source, { cursor: first.pages.at(-1)!.cursor });
    expect(ids(again.records)).toEqual(['95', '96', '97', '98', '99', '100']);
  });

  it.each([
    ['select id,\n  nmae\nfrom people', 'line 2, column 3 (nmae): column "nmae" does not exist'],
    ["select 'ä€😀' as a,\n  b as id", 'line 2, column 3 (b as id): column "b" does not exist'],
    ['select 1 as id from', 'at the end of the SQL: syntax error at end of input'],
    ['select 1 as id; drop table people', 'cannot insert multiple commands into a prepared statement'],
    ['update people set id = 1', 'returns no rows; it must be one SELECT'],
    ['select 1 as id, $1::int as b', 'must not have parameters'],
    ['select 1 as id, 2 as id', 'returns the column id twice'],
    ['delete from people returning id', 'line 1, column 8 (delete from people returning id): syntax error'],
    ['select id from people where 1 / (id - 1) = 0', 'division by zero'],
    ["select '{}'::json as id", 'could not identify an ordering operator for type json'],
    ["select nextval('numbers') as id", 'read-only transaction'],
  ])('reports the problem of %j', async (sql, message) => {
    await database.query(
      'create table if not exists people (id int primary key); create sequence if not exists numbers',
    );
    await database.query('insert into people values (1) on conflict do nothing');
    const error = await failure(sourceOf([{ name: 'model', sql, key: ['id'] }]));
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({ code: 'SOURCE_QUERY_FAILED', message: expect.stringContaining(message) });
    expect(error.message).toMatch(/^model/);
  });

  it('accepts a trailing semicolon, and comments', async () => {
    const sql = '-- numbers\nselect 1 as id /* one */ -- only;\n ;\n';
    expect((await readAll(sourceOf([{ name: 'model', sql: 'select 1 as id ; ', key: ['id'] }]))).records).toHaveLength(
      1,
    );
    expect((await readAll(sourceOf([{ name: 'model', sql, key: ['id'] }]))).records).toHaveLength(1);
  });

  it('refuses a window without a time of change, and a cursor of another model', async () => {
    const plain = sourceOf([{ name: 'model', sql: 'select 1 as id', key: ['id'] }]);
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    expect(await failure(plain, { window })).toMatchObject({ code: 'SOURCE_REQUEST_INVALID' });
    const [page] = await pagesOf(plain);
    const other = sourceOf([{ name: 'model', sql: 'select 2 as id', key: ['id'] }]);
    expect(await failure(other, { cursor: page!.cursor })).toMatchObject({ code: 'SOURCE_CURSOR_EXPIRED' });
  });

  it('returns smaller pages if rows are large', async () => {
    const sql = `select n as id, repeat('x', 1000000) as text from generate_series(1, 260) n`;
    const { pages, records } = await readAll(sourceOf([{ name: 'model', sql, key: ['id'] }]), { pageSize: 10_000 });
    expect(pages.map((page) => page.records.length)).toEqual([200, 15, 15, 15, 15]);
    expect(records).toHaveLength(260);
  });

  it('reads far more than fits in memory', async () => {
    const sql = `select n as id, repeat(md5(n::text), 128) as text from generate_series(1, 100000) n`;
    const source = sourceOf([{ name: 'model', sql, key: ['id'] }]);
    const used = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
    const before = used();
    let [rows, most] = [0, 0];
    for await (const page of source.read({ object: 'model', pageSize: 500, signal })) {
      rows += page.records.length;
      most = Math.max(most, used() - before);
    }
    expect(rows).toBe(100_000);
    // 400 MB of text are read.
    expect(most).toBeLessThan(200 * 2 ** 20);
  });
});

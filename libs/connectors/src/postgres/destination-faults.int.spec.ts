import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject, RowResult, WriteMode } from '@tidemark/connector-sdk';
import { PostgresDestination } from './destination.js';
import { PostgresSource } from './source.js';
import { TestDatabase } from './testing/database.js';
import { readAll } from './testing/reading.js';
import { batchOf, failureOf, statuses } from './testing/writing.js';

const suite = process.env.POSTGRES_URL ? describe : describe.skip;
const signal = new AbortController().signal;

let database: TestDatabase;
let destination: PostgresDestination;

const write = (mode: WriteMode, object: string, rows: readonly JsonObject[], more: object = {}) =>
  destination.write(batchOf(mode, object, rows, more), signal);
const upsert = (object: string, rows: readonly JsonObject[], more: object = {}) => write('upsert', object, rows, more);
const failures = (results: readonly RowResult[]) => results.flatMap((one) => (one.status === 'failed' ? [one] : []));
const numbered = (count: number, more: (id: number) => JsonObject = () => ({})): JsonObject[] =>
  Array.from({ length: count }, (_, id) => ({ id, ...more(id) }));

suite('a postgres destination', () => {
  beforeAll(async () => {
    database = await TestDatabase.open();
    await database.query(`create schema ${database.schema}_ext`);
  });
  beforeEach(async () => {
    await database.query(`drop table if exists things cascade;
      create table things (id int primary key, name text, n int, code text unique)`);
    destination = new PostgresDestination(database.context());
  });
  afterEach(() => destination.close());
  afterAll(async () => {
    await database?.query(`drop schema ${database.schema}_ext cascade`);
    await database?.[Symbol.asyncDispose]();
  });

  describe('with a trigger that returns NULL', () => {
    const skipped = { status: 'skipped', reason: expect.stringMatching(/trigger/) };
    beforeEach(() =>
      database.query(`
        create or replace function drop_some() returns trigger language plpgsql as $$ begin
          if coalesce(new.name, old.name) = 'no' then return null; end if;
          return coalesce(new, old); end $$;
        create trigger drop_some before insert or update or delete on things for each row execute function drop_some()`),
    );

    it.each(['append', 'upsert', 'mirror'] as const)('%s: reports the rows that are not stored', async (mode) => {
      const rows = numbered(100, (id) => ({ name: id % 10 === 3 ? 'no' : 'yes' }));
      const batch = batchOf(mode, 'things', rows);
      const results = await destination.write(batch, signal);
      expect(results).toEqual(rows.map(({ name }) => (name === 'no' ? skipped : { status: 'created' })));
      expect(await database.query('select count(*)::int from things')).toEqual([{ count: 90 }]);
      expect(await destination.write(batch, signal)).toEqual(results);
      expect(await write(mode, 'things', [{ id: 3, name: 'no' }, { id: 13, name: 'no' }])).toEqual([skipped, skipped]); // prettier-ignore
    });

    it('reports updates and deletions that do not happen', async () => {
      await upsert(
        'things',
        numbered(4, () => ({ name: 'yes' })),
      );
      const rows = numbered(4, (id) => ({ name: id === 2 ? 'no' : 'new' }));
      expect(await upsert('things', rows)).toEqual(rows.map(({ name }) => (name === 'no' ? skipped : { status: 'updated' }))); // prettier-ignore
      expect(await write('update', 'things', [{ id: 2, name: 'no' }, { id: 3, name: 'newer' }])).toEqual([skipped, { status: 'updated' }]); // prettier-ignore
      await database.query(`alter table things disable trigger user; update things set name = 'no' where id = 1; alter table things enable trigger user`); // prettier-ignore
      const gone = [1, 3, 77].map((id) => ({ action: 'delete' as const, data: { id } }));
      expect(await destination.write({ ...batchOf('mirror', 'things', []), rows: gone }, signal)).toEqual([skipped, { status: 'deleted' }, { status: 'skipped' }]); // prettier-ignore
    });

    it('finds them when the trigger also rewrites keys', async () => {
      await database.query(`create or replace function drop_some() returns trigger language plpgsql as $$ begin
        if new.name = 'no' then return null; end if; new.id = new.id + 1000; return new; end $$`);
      const rows = numbered(20, (id) => ({ name: id === 3 ? 'no' : 'yes' }));
      expect(await upsert('things', rows)).toEqual(rows.map(({ name }) => (name === 'no' ? skipped : { status: 'created' }))); // prettier-ignore
    });
  });

  it.each(['TM001', '40001', '53100', '57014', '08006', '42501', '0A000', 'XX000', 'HV000', 'P0004'])(
    'refuses only the row for which a trigger raises SQLSTATE %s',
    async (state) => {
      await database.query(`create or replace function refuse() returns trigger language plpgsql as $$ begin
          if new.n = 700 then raise exception 'not this one' using errcode = '${state}'; end if; return new; end $$;
        create trigger refuse before insert on things for each row execute function refuse()`);
      const results = await upsert(
        'things',
        numbered(1000, (n) => ({ n })),
      );
      expect(failures(results)).toEqual([
        { status: 'failed', code: 'REFUSED_BY_TRIGGER', message: 'not this one', retryable: false },
      ]);
      expect(results[700]!.status).toBe('failed');
      expect(await database.query('select count(*)::int from things')).toEqual([{ count: 999 }]);
    },
  );

  it('refuses only the row for which a function of the table fails, whatever it reports', async () => {
    await database.query(`create or replace function fails() returns trigger language plpgsql as $$ begin
        if new.n = 7 then perform 1 from nowhere; end if;
        if new.n = 8 then execute 'set transaction isolation level serializable'; end if;
        if new.n = 9 then perform array_fill(1, array[1000000, 1000000]); end if; return new; end $$;
      create trigger fails before insert on things for each row execute function fails()`);
    const results = await upsert(
      'things',
      numbered(50, (n) => ({ n })),
    );
    expect(results.flatMap(({ status }, at) => (status === 'failed' ? [at] : []))).toEqual([7, 8, 9]);
  });

  it('fails the batch when its statement fails without any row', async () => {
    await database.query('create view totals as select count(*) as id, name from things group by name');
    const error = await failureOf(write('append', 'totals', [{ id: 1 }, { id: 2 }], { key: [] }));
    expect(error).toMatchObject({ code: 'DESTINATION_QUERY_FAILED', message: expect.stringMatching(/totals/) });
  });

  describe('with types outside the search path', () => {
    const outside = () => `${database.schema}_ext`;

    it('compares citext, hstore and ltree by their own operators', async () => {
      for (const name of ['citext', 'hstore', 'ltree']) await database.query(`drop extension if exists ${name} cascade; create extension ${name} schema ${outside()}`); // prettier-ignore
      const ext = outside();
      await database.query(`create table typed (id ${ext}.citext primary key, tags ${ext}.hstore, place ${ext}.ltree, names ${ext}.citext[])`); // prettier-ignore
      const rows: JsonObject[] = [{ id: 'One', tags: 'a=>1', place: 'a.b', names: ['x'] }, { id: 'two', tags: null, place: 'c', names: [] }]; // prettier-ignore
      expect(statuses(await upsert('typed', rows))).toEqual(['created', 'created']);
      expect(statuses(await upsert('typed', rows))).toEqual(['skipped', 'skipped']);
      const changed: JsonObject[] = [{ ...rows[0]!, id: 'ONE', tags: 'a=>2', names: ['X'] }, { ...rows[1]!, place: 'c.d' }]; // prettier-ignore
      expect(statuses(await upsert('typed', changed))).toEqual(['updated', 'updated']);
      expect(
        await database.query('select id::text, tags::text, place::text, names::text from typed order by place'),
      ).toEqual([
        { id: 'One', tags: '"a"=>"2"', place: 'a.b', names: '{X}' },
        { id: 'two', tags: null, place: 'c.d', names: '{}' },
      ]);
      expect(statuses(await write('update', 'typed', [{ id: 'TWO', place: 'e' }]))).toEqual(['updated']);
      const gone = { ...batchOf('mirror', 'typed', []), rows: [{ action: 'delete' as const, data: { id: 'oNe' } }] };
      expect(statuses(await destination.write(gone, signal))).toEqual(['deleted']);
      const source = new PostgresSource(
        database.context({ objects: [{ name: 'model', table: 'typed', key: ['id'] }] }),
      );
      expect((await readAll(source)).records).toMatchObject([{ externalId: 'two' }]);
    });

    it('is not confused by types, functions and operators that shadow built-in ones', async () => {
      const ext = outside();
      await database.query(`create domain ${ext}.text as pg_catalog.text check (value <> 'bad');
        create function ${ext}.never(int, int) returns bool language sql as 'select false';
        create operator ${ext}.= (leftarg = int, rightarg = int, function = ${ext}.never);
        create function ${ext}.count(int) returns bigint language sql as 'select 7::bigint';
        create table shadows (id int primary key, plain pg_catalog.text, own ${ext}.text)`);
      const shadowed = new PostgresDestination(
        database.context({ searchPath: [ext, database.schema, 'pg_catalog'], ledgerSchema: database.schema }),
      );
      const rows: JsonObject[] = [
        { id: 1, plain: 'bad', own: 'good' },
        { id: 2, plain: 'a', own: 'bad' },
      ];
      const send = () => shadowed.write(batchOf('upsert', 'shadows', rows), signal);
      expect(await send()).toMatchObject([{ status: 'created' }, { status: 'failed', field: 'own', code: 'CHECK_VIOLATION' }]); // prettier-ignore
      rows[0] = { id: 1, plain: 'other', own: 'good' };
      expect(statuses(await send())).toEqual(['updated', 'failed']);
      expect(statuses(await send())).toEqual(['skipped', 'failed']);
      await shadowed.close();
    });
  });

  it('writes composite values as objects and as text, and refuses others by name', async () => {
    await database.query(`create type point3 as (x int, "y z" text, w numeric(4, 1)[]);
      create type place as (name text, at point3);
      create table spots (id int primary key, at point3, place place, many point3[])`);
    const at = { x: 1, 'y z': 'a "b", \\c', w: [1.25, null] };
    const rows: JsonObject[] = [
      { id: 1, at, place: { name: 'n', at }, many: [at, { x: 2 }] },
      { id: 2, at: '(1,"a b",)' },
      { id: 3, at: { nope: 1 } },
      { id: 4, at: 'no' },
      { id: 5, at: null, place: {} },
    ];
    const results = await upsert('spots', rows);
    expect(results).toMatchObject([{ status: 'created' }, { status: 'created' }, { field: 'at', code: 'INVALID_VALUE', message: expect.stringMatching(/nope/) }, { field: 'at', code: 'INVALID_VALUE' }, { status: 'created' }]); // prettier-ignore
    expect(await database.query(`select (at)."y z" as y, (at).w::text as w, ((place).at).x, (many[2]).x as x2 from spots where id = 1`)).toEqual([{ y: 'a "b", \\c', w: '{1.3,NULL}', x: 1, x2: 2 }]); // prettier-ignore
    expect(statuses(await upsert('spots', rows))).toEqual(['skipped', 'skipped', 'failed', 'failed', 'skipped']);
    expect(statuses(await upsert('spots', [{ id: 1, at: { ...at, x: 9 } }]))).toEqual(['updated']);
  });

  it('finds rows by keys that the column rounds', async () => {
    await database.query(
      `create table rounded (amount numeric(10, 2), at timestamptz(0), name text, primary key (amount, at))`,
    );
    const key = { key: ['amount', 'at'] };
    const row = (amount: number, at: string, name: string) => ({ amount, at: `2026-01-01T00:00:0${at}Z`, name });
    expect(statuses(await upsert('rounded', [row(1.004, '1.2', 'a'), row(2, '2', 'b')], key))).toEqual(['created', 'created']); // prettier-ignore
    expect(statuses(await upsert('rounded', [row(1.001, '0.9', 'a'), row(2.001, '2.4', 'c')], key))).toEqual(['skipped', 'updated']); // prettier-ignore
    expect(statuses(await write('update', 'rounded', [row(1.003, '1.1', 'd')], key))).toEqual(['updated']);
    const twice = await upsert('rounded', [row(3.001, '3', 'x'), row(3.002, '3', 'y'), row(1.001, '1', 'e'), row(0.999, '1', 'f')], key); // prettier-ignore
    expect(statuses(twice)).toEqual(['created', 'updated', 'updated', 'updated']);
    expect(await database.query('select amount::text, name from rounded order by amount')).toEqual([
      { amount: '1.00', name: 'f' },
      { amount: '2.00', name: 'c' },
      { amount: '3.00', name: 'y' },
    ]);
    const gone = [{ amount: 1.004, at: '2026-01-01T00:00:01Z' }].map((data) => ({ action: 'delete' as const, data }));
    expect(statuses(await destination.write({ ...batchOf('mirror', 'rounded', [], key), rows: gone }, signal))).toEqual(['deleted']); // prettier-ignore
  });

  it('writes offsets into columns without one as UTC, and refuses by name what a column would drop', async () => {
    await database.query(`create table times (id int primary key, at timestamp, day date, clock time, many timestamp[], letter "char", label name)`); // prettier-ignore
    const rows: JsonObject[] = [
      { id: 1, at: '2026-01-01T00:30:00.123456+02:00', day: '2026-01-01T00:00:00Z', clock: '12:00:00Z', many: ['2026-01-01 00:00+0530'] }, // prettier-ignore
      { id: 2, at: '2026-01-01T00:30:00', day: 'infinity', clock: '12:00' },
      { id: 3, at: '2026-01-01 00:00 Europe/Berlin' },
      { id: 4, at: '2026-01-01 00:00 CET' },
      { id: 5, day: '2026-01-01T23:00:00-05:00' },
      { id: 6, day: '2026-01-01 12:00' },
      { id: 7, clock: '12:00+02' },
      { id: 8, letter: 'ab' },
      { id: 9, label: 'x'.repeat(64) },
      { id: 10, many: ['2026-01-01 00:00 Europe/Berlin'] },
      { id: 11, at: '0044-03-15 00:00:00 BC' },
    ];
    const results = await upsert('times', rows);
    expect(results.map((result) => ('field' in result ? result.field : result.status))).toEqual([
      ...['created', 'created', 'at', 'at', 'day', 'day', 'clock', 'letter', 'label', 'many', 'created'],
    ]);
    expect(new Set(failures(results).map(({ code }) => code))).toEqual(new Set(['INVALID_VALUE']));
    expect(await database.query('select at::text, day::text, clock::text, many::text from times where id = 1')).toEqual(
      [{ at: '2025-12-31 22:30:00.123456', day: '2026-01-01', clock: '12:00:00', many: '{"2025-12-31 18:30:00"}' }],
    );
  });

  it('writes the array bounds that the source read, and reports JSON that names a key twice', async () => {
    await database.query(`create table odd (id int primary key, list int[], doc json);
      insert into odd values (1, '[0:2]={1,2,3}', '{"a": 1}'), (2, '{1}', '{"a": {"b": 1, "b": 2}}'), (3, '{{1},{2}}', '["a", "a"]');
      create table copies (like odd including all)`);
    const source = new PostgresSource(database.context({ objects: [{ name: 'model', table: 'odd' }] }));
    const { records, problems } = await readAll(source);
    expect(problems).toMatchObject([{ code: 'OBJECT_INVALID', externalId: '2', field: 'doc', message: expect.stringMatching(/"b" twice/) }]); // prettier-ignore
    expect(statuses(await upsert('copies', records.map(({ data }) => data)))).toEqual(['created', 'created']); // prettier-ignore
    expect(await database.query(`select id, list::text from copies except select id, list::text from odd`)).toEqual([]);
  });

  describe('with unique values that move between the rows of a batch', () => {
    const codes = async () => (await database.query('select code from things order by id')).map(({ code }) => code as string); // prettier-ignore

    it('writes a chain in any order', async () => {
      await upsert(
        'things',
        numbered(10, (id) => ({ code: `c${id}` })),
      );
      const moved = numbered(10, (id) => ({ code: `c${id + 1}` }));
      expect(new Set(statuses(await upsert('things', moved)))).toEqual(new Set(['updated']));
      expect(await codes()).toEqual(moved.map(({ code }) => code));
      const back = numbered(10, (id) => ({ code: `c${id}` })).reverse();
      expect(new Set(statuses(await upsert('things', back)))).toEqual(new Set(['updated']));
    });

    it('writes a new row with the value that another one gives up, also by its deletion', async () => {
      await upsert('things', [
        { id: 1, code: 'a' },
        { id: 2, code: 'b' },
      ]);
      const rows = [{ data: { id: 3, code: 'a' } }, { data: { id: 4, code: 'b' } }, { data: { id: 1, code: 'z', name: 'x' } }, { action: 'delete' as const, data: { id: 2 } }]; // prettier-ignore
      const results = await destination.write({ ...batchOf('mirror', 'things', []), rows }, signal);
      expect(statuses(results)).toEqual(['created', 'created', 'updated', 'deleted']);
    });

    it.each([['text unique'], ['text not null unique'], ['int not null unique'], ['varchar(2) not null unique']])(
      'swaps values of a column that is %s, and still refuses a real conflict',
      async (type) => {
        await database.query(
          `drop table if exists swaps; create table swaps (id int primary key, code ${type}, name text)`,
        );
        const of = (code: number) => (type.startsWith('int') ? code : String(code));
        await upsert(
          'swaps',
          [1, 2, 3, 4, 5].map((id) => ({ id, code: of(10 + id), name: 'x' })),
        );
        const rows = [
          { id: 1, code: of(12) },
          { id: 2, code: of(13) },
          { id: 3, code: of(11) },
          { id: 4, code: of(15) },
        ];
        const results = await upsert('swaps', rows);
        expect(results).toMatchObject([{ status: 'updated' }, { status: 'updated' }, { status: 'updated' }, { status: 'failed', code: 'UNIQUE_VIOLATION', field: 'code' }]); // prettier-ignore
        expect(await database.query('select id, code::text from swaps order by id')).toEqual([
          ...[12, 13, 11, 14, 15].map((code, at) => ({ id: at + 1, code: String(code) })),
        ]);
      },
    );
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Terminal } from '@tidemark/resilience';
import type { JsonObject, RowResult, WriteRow } from '@tidemark/connector-sdk';
import { PostgresDestination } from './destination.js';
import { PostgresSource } from './source.js';
import { TestDatabase } from './testing/database.js';
import { batchOf, failureOf, statuses } from './testing/writing.js';

const suite = process.env.POSTGRES_URL ? describe : describe.skip;
const signal = new AbortController().signal;

let database: TestDatabase;
const open: PostgresDestination[] = [];

function destinationOf(more: object = {}): PostgresDestination {
  const destination = new PostgresDestination(database.context(more));
  open.push(destination);
  return destination;
}

const failed = (results: readonly RowResult[]) =>
  results.flatMap((result) => (result.status === 'failed' ? [result] : []));

suite('a postgres destination', () => {
  beforeAll(async () => {
    database = await TestDatabase.open();
  });
  beforeEach(() => database.query('drop table if exists things cascade; create table things (id int primary key, name varchar(10), amount numeric(6, 2), at timestamptz, extra jsonb)')); // prettier-ignore
  afterAll(async () => {
    for (const destination of open) await destination.close();
    await database?.[Symbol.asyncDispose]();
  });

  it('writes 9,950 of 10,000 rows when 50 are refused, with a reason for each', async () => {
    await database.query(`create table places (code text primary key); insert into places values ('de');
      create table many (id int primary key, name varchar(20) not null, email text unique, qty int check (qty >= 0),
        place text references places, amount numeric(6, 2), born date, token uuid, attributes jsonb)`);
    const good = (id: number): JsonObject => ({ id, name: `n ${id}`, email: `${id}@x`, qty: 1, place: 'de', amount: '1.50', born: '2026-01-01', token: null, attributes: { id } }); // prettier-ignore
    const faults: [JsonObject, string, string, RegExp][] = [
      [{ name: null }, 'name', 'NOT_NULL_VIOLATION', /null value in column "name"/],
      [{ name: 'x'.repeat(21) }, 'name', 'VALUE_TOO_LONG', /character varying\(20\)/],
      [{ email: '1@x' }, 'email', 'UNIQUE_VIOLATION', /Key \(email\)=\(1@x\) already exists/],
      [{ qty: -1 }, 'qty', 'CHECK_VIOLATION', /many_qty_check/],
      [{ place: 'xx' }, 'place', 'FOREIGN_KEY_VIOLATION', /Key \(place\)=\(xx\) is not present/],
      [{ amount: '10000' }, 'amount', 'VALUE_OUT_OF_RANGE', /numeric field overflow/],
      [{ born: '2026-02-30' }, 'born', 'INVALID_VALUE', /2026-02-30/],
      [{ token: 'no uuid' }, 'token', 'INVALID_VALUE', /invalid input syntax for type uuid: "no uuid"/],
      [{ qty: '99999999999' }, 'qty', 'VALUE_OUT_OF_RANGE', /99999999999/],
      [{ name: 'a\0b' }, 'name', 'INVALID_VALUE', /0x00/],
    ];
    const at = (index: number) => 100 + 197 * index;
    const rows = Array.from({ length: 10_000 }, (_, id) => good(id));
    for (let index = 0; index < 50; index++) Object.assign(rows[at(index)]!, faults[index % 10]![0]);
    const results = await destinationOf().write(batchOf('upsert', 'many', rows), signal);
    expect(Object.fromEntries(Object.entries(Object.groupBy(results, ({ status }) => status)).map(([status, all]) => [status, all!.length]))).toEqual({ created: 9950, failed: 50 }); // prettier-ignore
    for (let index = 0; index < 50; index++) {
      const [, field, code, message] = faults[index % 10]!;
      expect(results[at(index)]).toEqual({ status: 'failed', field, code, message: expect.stringMatching(message), retryable: false }); // prettier-ignore
    }
    expect(await database.query('select count(*)::int, sum(id)::int as ids from many')).toEqual([
      {
        count: 9950,
        ids: (10_000 * 9999) / 2 - Array.from({ length: 50 }, (_, index) => at(index)).reduce((a, b) => a + b),
      },
    ]);
  });

  it('names the column of any value that the server cannot parse, among valid ones', async () => {
    await database.query(`create type temper as enum ('well'); create table unread (id int primary key, doc jsonb, other jsonb,
      span int4range, words tsvector, numbers int[], moods temper[], small numeric(4, 1)[], codes varchar(3)[], bits bit(3),
      at timestamp, mark xml)`);
    const good = { doc: {}, other: {}, span: '[1,2)', words: "'a'", numbers: [1], bits: '101', at: '2026-01-01' };
    const faults: JsonObject[] = [
      { other: { text: 'a\0b' } },
      { other: '\ud800' },
      { span: '[2,1]' },
      { words: "'a" },
      { numbers: [1, 'x'] },
      { numbers: [[1], [2, 3]] },
      { moods: ['ill'] },
      { small: [12345] },
      { codes: ['abcd'] },
      { bits: '10' },
      { at: '' },
      { mark: '<a>' },
    ];
    const rows = faults.flatMap((fault, at) => [{ id: 2 * at, ...good }, { id: 2 * at + 1, ...good, ...fault }]); // prettier-ignore
    const results = await destinationOf().write(batchOf('upsert', 'unread', rows), signal);
    const failed = results.filter((result) => result.status === 'failed');
    expect(failed.map(({ field }) => field)).toEqual(faults.map((fault) => Object.keys(fault)[0]));
    expect(new Set(statuses(results.filter((_result, at) => at % 2 === 0)))).toEqual(new Set(['created']));
  });

  it('distinguishes created, updated and unchanged rows, as the database compares them', async () => {
    const destination = destinationOf();
    const row = (id: number, more: JsonObject = {}): JsonObject => ({ id, name: 'a', amount: '1.5', at: '2026-01-01T00:00:00Z', extra: { a: 1, b: [2] }, ...more }); // prettier-ignore
    await destination.write(batchOf('upsert', 'things', [row(1), row(2), row(3), row(4)]), signal);
    const before = await database.query('select id, xmin from things order by id');
    const changed = [
      row(1),
      row(2, { amount: 1.504 }),
      row(3, { extra: { b: [2], a: 1 } }),
      row(4, { name: null }),
      row(5),
    ];
    const results = await destination.write(batchOf('upsert', 'things', changed), signal);
    expect(statuses(results)).toEqual(['skipped', 'skipped', 'skipped', 'updated', 'created']);
    const after = await database.query('select id, xmin from things order by id');
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
  });

  it('does not change columns missing from a row, and requires no others for an existing row', async () => {
    await database.query(`create table people (id int primary key, name text not null, mail text default 'none')`);
    const destination = destinationOf();
    const rows: JsonObject[] = [
      { id: 1, name: 'a', mail: 'a@x' },
      { id: 2, name: 'b' },
      { id: 3, mail: 'c@x' },
    ];
    const first = await destination.write(batchOf('upsert', 'people', rows), signal);
    expect(statuses(first)).toEqual(['created', 'created', 'failed']);
    expect(first[2]).toMatchObject({ field: 'name', code: 'NOT_NULL_VIOLATION' });
    const second = await destination.write(batchOf('upsert', 'people', [{ id: 1, mail: 'new' }, { id: 2 }]), signal);
    expect(statuses(second)).toEqual(['updated', 'skipped']);
    expect(await database.query('select * from people order by id')).toEqual([
      { id: 1, name: 'a', mail: 'new' },
      { id: 2, name: 'b', mail: 'none' },
    ]);
  });

  it('writes rows with the same key in order, however the key is written', async () => {
    const destination = destinationOf();
    const rows: WriteRow[] = [
      { data: { id: 1, name: 'a' } },
      { action: 'delete', data: { id: 1 } },
      { data: { id: 1, name: 'b' } },
      { data: { id: '01', name: 'c' } },
      { data: { id: '1', name: 'c' } },
      { data: { id: 2, name: 'x' } },
      { data: { id: ' 2', name: 'y' } },
    ];
    const results = await destination.write({ ...batchOf('mirror', 'things', []), rows }, signal);
    expect(statuses(results).slice(0, 3)).toEqual(['created', 'deleted', 'created']);
    expect(failed(results)).toEqual([]);
    expect(await database.query('select id, name from things order by id')).toEqual([
      { id: 1, name: expect.stringMatching(/[bc]/) },
      { id: 2, name: 'y' },
    ]);
  });

  it('deletes in mode mirror only, and only marked rows', async () => {
    const destination = destinationOf();
    await destination.write(batchOf('upsert', 'things', [{ id: 1 }, { id: 2 }]), signal);
    const rows: WriteRow[] = [{ action: 'delete', data: { id: 1 } }, { data: { id: 3 } }];
    const refused = await destination.write({ ...batchOf('upsert', 'things', []), rows }, signal);
    expect(refused[0]).toMatchObject({ status: 'failed', code: 'DELETE_REFUSED' });
    await destination.write({ ...batchOf('mirror', 'things', []), rows }, signal);
    expect(await database.query('select id from things order by id')).toEqual([{ id: 2 }, { id: 3 }]);
  });

  it('deletes unreferenced rows, and names the key of referenced ones', async () => {
    await database.query(`create table shelves ("the id" int primary key, name text);
      create table books (shelf int references shelves);
      insert into shelves values (1, 'a'), (2, 'b'), (3, 'c'); insert into books values (2)`);
    const rows = [1, 2, 3].map((id) => ({ action: 'delete' as const, data: { 'the id': id } }));
    const results = await destinationOf().write(batchOf('mirror', 'shelves', [], { key: ['the id'], rows }), signal);
    expect(statuses(results)).toEqual(['deleted', 'failed', 'deleted']);
    expect(results[1]).toMatchObject({ field: 'the id', code: 'FOREIGN_KEY_VIOLATION', retryable: false });
  });

  it('writes rows that refer to each other, in any order, along with a refused one', async () => {
    await database.query('create table tree (id int primary key, parent int references tree, name varchar(5))');
    const rows = Array.from({ length: 64 }, (_, at) => ({
      id: 64 - at,
      parent: at === 63 ? null : 63 - at,
      name: 'x',
    }));
    rows[20]!.name = 'too long';
    const lost = new Set([44, ...Array.from({ length: 20 }, (_, at) => 45 + at)]);
    const results = await destinationOf().write(batchOf('upsert', 'tree', rows), signal);
    expect(results[20]).toMatchObject({ code: 'VALUE_TOO_LONG', field: 'name' });
    expect(failed(results)).toHaveLength(lost.size);
    expect(await database.query('select count(*)::int from tree')).toEqual([{ count: 64 - lost.size }]);
  });

  it('writes concurrent batches one at a time if their rows refer to each other', async () => {
    await database.query('create table chain (id int primary key, previous int references chain)');
    const destination = destinationOf();
    const batches = Array.from({ length: 12 }, (_, n) =>
      batchOf('upsert', 'chain', [{ id: n, previous: n === 0 ? null : n - 1 }]),
    );
    const first = await destination.write(batches[0]!, signal);
    const rest = await Promise.all(batches.slice(1).map((batch) => destination.write(batch, signal)));
    expect(statuses([first, ...rest].flat())).toEqual(batches.map(() => 'created'));
  });

  it('writes the values that the source read, for every type', async () => {
    await database.query(`create type mood as enum ('sad', 'ok');
      create table kinds (id int primary key, big bigint, exact numeric, float float8, flag boolean, text text, bytes bytea,
        instant timestamptz, local timestamp, day date, span interval, json json, jsonb jsonb, ints int[], texts text[][],
        moods mood[], objects jsonb[], uuid uuid, point point, range int4range, padded char(4), never timestamptz);
      insert into kinds values (1, 9007199254740993, 1234567890.12345678901234567890, 'NaN', true, 'ä€"\\{},NULL', '\\x00ff',
        '2026-01-02 03:04:05.123456+02', '2026-01-02 03:04:05', '0044-03-15 BC', '1 year 2 days', '{"b": [1, "x"], "a": null}',
        '[{"q": "\\""}]', '{1,null,3}', '{{a,"b\\"c\\\\d"},{"NULL","{}"}}', '{sad,ok}', array['{"k": [1]}'::jsonb, '[1, 2]'],
        '6ee2f1b1-8a5d-4c0e-9d7e-000000000001', '(1,2)', '[1,5)', 'ab', 'infinity');
      insert into kinds values (2);
      create table copies (like kinds including all)`);
    const source = new PostgresSource(database.context({ objects: [{ table: 'kinds' }] }));
    const rows: JsonObject[] = [];
    for await (const { records } of source.read({ object: 'kinds', signal }))
      rows.push(...records.map(({ data }) => data));
    const destination = destinationOf();
    expect(statuses(await destination.write(batchOf('upsert', 'copies', rows), signal))).toEqual([
      'created',
      'created',
    ]);
    const difference = 'select to_jsonb(k) - \'json\' as row, k.json::jsonb from kinds k except select to_jsonb(c) - \'json\', c.json::jsonb from copies c'; // prettier-ignore
    expect(await database.query(difference)).toEqual([]);
    expect(statuses(await destination.write(batchOf('upsert', 'copies', rows), signal))).toEqual([
      'skipped',
      'skipped',
    ]);
  });

  it('writes partitioned tables, identities and computed columns', async () => {
    await database.query(`create table parts (id int generated always as identity, day date, twice int generated always as (id * 2) stored,
        name text, primary key (id, day)) partition by range (day);
      create table parts_a partition of parts for values from ('2026-01-01') to ('2026-02-01')`);
    const destination = destinationOf();
    const rows: JsonObject[] = [
      { id: 7, day: '2026-01-05', twice: 99, name: 'a' },
      { id: 8, day: '2027-01-05', name: 'b' },
    ];
    const key = { key: ['day', 'id'] };
    const results = await destination.write(batchOf('upsert', 'parts', rows, key), signal);
    expect(results).toMatchObject([{ status: 'created' }, { status: 'failed', code: 'CHECK_VIOLATION' }]);
    await destination.write(batchOf('upsert', 'parts', [{ ...rows[0]!, name: 'c' }], key), signal);
    expect(await database.query('select id, twice, name from parts')).toEqual([{ id: 7, twice: 14, name: 'c' }]);
  });

  it.each([
    ['things', ['id'], [{ id: 1, nmae: 'x' }], 'UNKNOWN_COLUMN', /no column nmae; it has id, name/],
    ['things', ['number'], [{ number: 1 }], 'UNKNOWN_COLUMN', /no column number/],
    ['things', ['name'], [{ id: 1, name: 'x' }], 'DESTINATION_REQUEST_INVALID', /no unique index on exactly name/],
    ['things', [], [{ id: 1 }], 'DESTINATION_REQUEST_INVALID', /without a key/],
    ['nothing', ['id'], [{ id: 1 }], 'DESTINATION_NOT_FOUND', /no table nothing/],
  ])(
    'refuses a batch that does not fit table %s by %j, before anything is written',
    async (object, key, rows, code, message) => {
      await using empty = await TestDatabase.open();
      await empty.query('create table things (id int primary key, name varchar(10))');
      const destination = new PostgresDestination(empty.context());
      const error = await failureOf(
        destination.write(batchOf('upsert', object, rows as JsonObject[], { key }), signal),
      );
      expect(error).toBeInstanceOf(Terminal);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      const tables = await empty.query('select relname from pg_class where relnamespace = $1::regnamespace and relkind = \'r\'', [empty.schema]); // prettier-ignore
      expect(tables).toEqual([{ relname: 'things' }]);
      await destination.close();
    },
  );

  it('is not confused by names', async () => {
    const names = ['constructor', '__proto__', 'to"String', 'Select'];
    const list = names.map((name) => `"${name.replaceAll('"', '""')}" text`).join(', ');
    await database.query(
      `create table "Odd ""names" (id int primary key, ${list}, constraint "valueOf" check (id < 9))`,
    );
    const object = '"Odd ""names"';
    const rows = [
      { id: 1 },
      { id: 9 },
      Object.fromEntries([['id', 2], ...names.map((name) => [name, name])]) as JsonObject,
    ];
    const results = await destinationOf().write(batchOf('upsert', object, rows), signal);
    expect(results).toMatchObject([
      { status: 'created' },
      { code: 'CHECK_VIOLATION', field: 'id' },
      { status: 'created' },
    ]);
    const read: string[] = [];
    const source = new PostgresSource(database.context({ objects: [{ name: 'odd', table: object }] }));
    for await (const page of source.read({ object: 'odd', signal }))
      read.push(...page.records.map(({ data }) => JSON.stringify(data)));
    expect(read).toEqual([
      '{"id":1,"constructor":null,"__proto__":null,"to\\"String":null,"Select":null}',
      '{"id":2,"constructor":"constructor","__proto__":"__proto__","to\\"String":"to\\"String","Select":"Select"}',
    ]);
  });

  it('fails single rows with an unknown column, and refuses a null key', async () => {
    const rows: JsonObject[] = [{ id: 1, name: 'a' }, { id: 2, nmae: 'b' }, { id: null, name: 'c' }, { name: 'd' }];
    const results = await destinationOf().write(batchOf('upsert', 'things', rows), signal);
    expect(results).toEqual([
      { status: 'created' },
      expect.objectContaining({ status: 'failed', field: 'nmae', code: 'UNKNOWN_COLUMN' }),
      expect.objectContaining({ status: 'failed', field: 'id', code: 'NOT_NULL_VIOLATION' }),
      expect.objectContaining({ status: 'failed', field: 'id', code: 'NOT_NULL_VIOLATION' }),
    ]);
  });

  it('reports refusals by a trigger, a row policy and missing privileges', async () => {
    await database.query(`create function refuse() returns trigger language plpgsql as $$ begin
        if new.name = 'bad' then raise exception 'we take no bad ones'; end if; return new; end $$;
      create trigger refuse before insert on things for each row execute function refuse();
      alter table things enable row level security;
      create policy small on things using (true) with check (id < 100)`);
    const user = await database.role(`grant select, insert, update on ${database.schema}.things to $role`);
    const destination = destinationOf({ user });
    const results = await destination.write(batchOf('upsert', 'things', [{ id: 1, name: 'ok' }, { id: 2, name: 'bad' }, { id: 100, name: 'far' }]), signal); // prettier-ignore
    expect(results).toMatchObject([
      { status: 'created' },
      { code: 'REFUSED_BY_TRIGGER', message: 'we take no bad ones' },
      { code: 'ROW_SECURITY_VIOLATION' },
    ]);
    const rows: WriteRow[] = [{ action: 'delete', data: { id: 1 } }];
    const forbidden = await failureOf(destination.write({ ...batchOf('mirror', 'things', []), rows }, signal));
    expect(forbidden).toMatchObject({ code: 'DESTINATION_FORBIDDEN', retryable: false });
  });
});

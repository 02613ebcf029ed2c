import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresDestination } from './destination.js';
import { TestDatabase } from './testing/database.js';
import { batchOf, failureOf } from './testing/writing.js';

const signal = new AbortController().signal;

(process.env.POSTGRES_URL ? describe : describe.skip)('the position of a postgres destination', () => {
  let database: TestDatabase;
  let destination: PostgresDestination;
  beforeAll(async () => {
    database = await TestDatabase.open();
  });
  beforeEach(async () => {
    await database.query('drop table if exists things, _tidemark_positions; create table things (id int primary key, n int not null)'); // prettier-ignore
    destination = new PostgresDestination(database.context());
  });
  afterEach(() => destination.close());
  afterAll(() => database?.[Symbol.asyncDispose]());

  const write = (number: number, n: number | null = number) =>
    destination.write(batchOf('upsert', 'things', [{ id: number, n }], { position: { stream: 'orders', number, cursor: { at: number } } }), signal); // prettier-ignore
  const position = (stream = 'orders') => destination.position('things', stream, signal);

  it('is that of the last batch, whatever the order in which batches are committed', async () => {
    expect(await position()).toBeNull();
    await write(1);
    await write(3);
    await write(2);
    expect(await position()).toEqual({ stream: 'orders', number: 3, cursor: { at: 3 } });
    expect(await position('others')).toBeNull();
    await Promise.all([4, 5, 6, 7].map((number) => write(number)));
    expect(await position()).toMatchObject({ number: 7 });
  });

  it('does not move when the batch is not committed', async () => {
    await write(1);
    await database.query(`create function fail() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
      create trigger fail before insert on things for each statement execute function fail()`);
    expect(await failureOf(write(2))).toMatchObject({ retryable: true });
    expect(await position()).toMatchObject({ number: 1 });
  });

  it('is an older one again after the destination was restored', async () => {
    await write(1);
    await database.query('create table backup as table _tidemark_positions');
    await write(2);
    await database.query('delete from _tidemark_positions; insert into _tidemark_positions table backup; drop table backup'); // prettier-ignore
    expect(await position()).toEqual({ stream: 'orders', number: 1, cursor: { at: 1 } });
  });

  it('is unknown where the user may keep none, and batches are written all the same', async () => {
    const user = await database.role(`grant select, insert, update on ${database.schema}.things to $role`);
    await destination.close();
    destination = new PostgresDestination(database.context({ user }));
    expect(await write(1)).toEqual([{ status: 'created' }]);
    expect(await position()).toBe('unknown');
  });
});

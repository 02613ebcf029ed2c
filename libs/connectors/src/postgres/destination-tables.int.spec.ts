import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject, WriteMode } from '@tidemark/connector-sdk';
import { PostgresDestination } from './destination.js';
import { TestDatabase } from './testing/database.js';
import { batchOf, failureOf, statuses } from './testing/writing.js';

const signal = new AbortController().signal;

(process.env.POSTGRES_URL ? describe : describe.skip)('a postgres destination, in tables of any kind', () => {
  let database: TestDatabase;
  let destination: PostgresDestination;
  beforeAll(async () => {
    database = await TestDatabase.open();
  });
  beforeEach(async () => {
    await database.query('drop table if exists things cascade; create table things (id int primary key, name text)');
    destination = new PostgresDestination(database.context());
  });
  afterEach(() => destination.close());
  afterAll(() => database?.[Symbol.asyncDispose]());

  const write = async (mode: WriteMode, object: string, rows: readonly JsonObject[]) =>
    statuses(await destination.write(batchOf(mode, object, rows), signal));
  const stored = () => database.query('select * from things order by id');

  it('distinguishes new rows from existing ones after batches of new rows alone', async () => {
    expect(await write('upsert', 'things', [{ id: 1, name: 'a' }])).toEqual(['created']);
    expect(await write('upsert', 'things', [{ id: 2, name: 'b' }, { id: 3, name: 'c' }])).toEqual(['created', 'created']); // prettier-ignore
    expect(await write('upsert', 'things', [{ id: 4, name: 'd' }, { id: 3, name: 'x' }, { id: 2, name: 'b' }])).toEqual(['created', 'updated', 'skipped']); // prettier-ignore
    expect(await write('upsert', 'things', [{ id: 5 }, { id: 5, name: 'e' }])).toEqual(['created', 'updated']);
    expect((await stored()).map(({ name }) => name as string)).toEqual(['a', 'b', 'x', 'd', 'e']);
  });

  it('writes through a view by its INSTEAD OF trigger', async () => {
    await database.query(`create view seen as select id, name from things;
      create function through() returns trigger language plpgsql as $$ begin
        if new.name = 'no' then return null; end if;
        if tg_op = 'INSERT' then insert into things values (new.id, new.name); else update things set name = new.name where id = old.id; end if;
        return new; end $$;
      create trigger through instead of insert or update on seen for each row execute function through()`);
    expect(await write('append', 'seen', [{ id: 1, name: 'a' }, { id: 2, name: 'no' }, { id: 3, name: 'c' }])).toEqual(['created', 'skipped', 'created']); // prettier-ignore
    expect(await write('update', 'seen', [{ id: 1, name: 'x' }, { id: 3, name: 'no' }, { id: 9, name: 'y' }])).toEqual(['updated', 'skipped', 'skipped']); // prettier-ignore
    expect(await stored()).toEqual([
      { id: 1, name: 'x' },
      { id: 3, name: 'c' },
    ]);
  });

  it('refuses a table with a rule instead of bypassing it, and obeys row-level security', async () => {
    await database.query(`create table log (id int); create table kept (id int);
      create rule twice as on insert to log do also insert into kept values (new.id);
      alter table things enable row level security; create policy small on things using (true) with check (id < 100)`);
    const refused = await failureOf(destination.write(batchOf('append', 'log', [{ id: 1 }]), signal));
    expect(refused).toMatchObject({ code: 'DESTINATION_QUERY_FAILED', message: expect.stringMatching(/log: .*rules/) });
    expect(await database.query('select id from log')).toEqual([]);
    const user = await database.role(`grant select, insert, update on ${database.schema}.things to $role; grant all on schema ${database.schema} to $role`); // prettier-ignore
    await destination.close();
    destination = new PostgresDestination(database.context({ user, ledgerSchema: database.schema }));
    await database.query('drop table _tidemark_batches');
    expect(await write('upsert', 'things', [{ id: 1 }])).toEqual(['created']);
    expect(await write('upsert', 'things', [{ id: 2 }, { id: 200 }])).toEqual(['created', 'failed']);
    expect(await write('append', 'things', [{ id: 3 }, { id: 300 }])).toEqual(['created', 'failed']);
  });

  it('checks deferred constraints with the batch, also those of a domain, an enum and a range', async () => {
    await database.query(`create type mood as enum ('ok'); create domain small as int check (value < 10);
      create table children (id int primary key, parent int references things deferrable initially deferred,
        mood mood, size small, span int4range, exclude using gist (span with &&) deferrable initially deferred)`);
    const rows: JsonObject[] = [
      { id: 1, parent: null, mood: 'ok', size: 9, span: '[1,5)' },
      { id: 2, parent: 7 },
      { id: 3, mood: 'bad' },
      { id: 4, size: 10 },
      { id: 5, span: '[4,6)' },
    ];
    const results = await destination.write(batchOf('upsert', 'children', rows), signal);
    expect(results.map((result) => ('field' in result ? `${result.field} ${result.code}` : result.status))).toEqual([
      'created',
      'parent FOREIGN_KEY_VIOLATION',
      'mood INVALID_VALUE',
      'size CHECK_VIOLATION',
      'span EXCLUSION_VIOLATION',
    ]);
  });

  it('deletes many rows of a mirror, and says which were there', async () => {
    await database.query('insert into things select n from generate_series(0, 49999) n');
    for (let from = 0; from < 60_000; from += 10_000) {
      const rows = Array.from({ length: 10_000 }, (_, n) => ({ action: 'delete' as const, data: { id: from + n } }));
      const results = await destination.write({ ...batchOf('mirror', 'things', []), rows }, signal);
      expect(new Set(statuses(results))).toEqual(new Set([from < 50_000 ? 'deleted' : 'skipped']));
    }
    expect(await stored()).toEqual([]);
  });
});

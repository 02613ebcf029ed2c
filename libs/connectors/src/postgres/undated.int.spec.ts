import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresSource } from './source.js';
import { TestDatabase } from './testing/database.js';
import { ids, readAll, readInPieces } from './testing/reading.js';

(process.env.POSTGRES_URL ? describe : describe.skip)('a postgres source, with rows without a time of change', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.open();
    await database.query(`create table model (id int primary key, name text, at timestamptz);
      insert into model select n, 'x', case when n % 3 > 0 then now() - interval '1 day' end from generate_series(1, 30) n`);
  });
  afterAll(() => database?.[Symbol.asyncDispose]());
  const source = () => new PostgresSource(database.context({ objects: [{ table: 'model', updatedAt: 'at', lookBackMs: 0 }] })); // prettier-ignore

  it('reads them in every incremental read, also in pieces', async () => {
    const first = await readAll(source(), { pageSize: 7 });
    expect(first.records).toHaveLength(30);
    await database.query(`insert into model values (99, 'new', null); update model set name = 'changed' where id = 3; update model set at = now() where id = 4`); // prettier-ignore
    const { cursor } = first.pages.at(-1)!;
    const undated = ['3', '6', '9', '12', '15', '18', '21', '24', '27', '30', '99'];
    const next = await readAll(source(), { cursor });
    expect(ids(next.records)).toEqual(expect.arrayContaining(['4', ...undated]));
    expect(next.records.find(({ externalId }) => externalId === '3')!.data.name).toBe('changed');
    expect(ids((await readInPieces(source, { since: '2999-01-01T00:00:00Z', pageSize: 4 })).records)).toEqual(undated);
  });

  it('reads none of them in a window', async () => {
    const window = { from: '2999-01-01T00:00:00Z', to: '2999-01-02T00:00:00Z' };
    expect((await readAll(source(), { window })).records).toEqual([]);
  });
});

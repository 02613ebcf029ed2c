import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Retryable } from '@tidemark/resilience';
import { waitFor } from '@tidemark/test-kit';
import { PostgresDestination } from './destination.js';
import { TestDatabase } from './testing/database.js';
import { startFront } from './testing/front.js';
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

suite('a postgres destination among others, and after a failure', () => {
  beforeAll(async () => {
    database = await TestDatabase.open();
  });
  beforeEach(() => database.query('drop table if exists things cascade; create table things (id int primary key, name varchar(10), amount numeric(6, 2), at timestamptz, extra jsonb)')); // prettier-ignore
  afterAll(async () => {
    for (const destination of open) await destination.close();
    await database?.[Symbol.asyncDispose]();
  });

  describe('with a repeated batch', () => {
    const append = () =>
      batchOf('append', 'log', [{ text: 'a' }, { text: 'b' }, { text: 'x'.repeat(11) }], { key: [] });
    beforeEach(() => database.query('drop table if exists log; create table log (n serial, text varchar(10))'));
    const count = async () => (await database.query('select count(*)::int from log'))[0]!.count as number;

    it('returns the same results and appends nothing twice', async () => {
      const batch = append();
      const first = await destinationOf().write(batch, signal);
      expect(statuses(first)).toEqual(['created', 'created', 'failed']);
      expect(await destinationOf().write(structuredClone(batch), signal)).toEqual(first);
      expect(await count()).toBe(2);
    });

    it('appends different rows under the same id', async () => {
      const batch = append();
      await destinationOf().write(batch, signal);
      await destinationOf().write({ ...batch, rows: [{ data: { text: 'other' } }] }, signal);
      expect(await count()).toBe(3);
    });

    it('appends it once when several writers send it at once', async () => {
      const batch = append();
      const destination = destinationOf();
      const all = await Promise.all(Array.from({ length: 4 }, () => destination.write(batch, signal)));
      for (const results of all) expect(results).toEqual(all[0]);
      expect(await count()).toBe(2);
    });

    it('creates one ledger when many write at once without one', async () => {
      for (let round = 0; round < 20; round++) {
        await database.query('drop table if exists _tidemark_batches');
        const writers = Array.from({ length: 6 }, () => destinationOf());
        await Promise.all(writers.map((writer) => writer.write(append(), signal)));
        for (const writer of writers) await writer.close();
      }
      expect(await count()).toBe(20 * 6 * 2);
    });

    it('appends it once when the connection is cut at any of its responses', async () => {
      await using front = await startFront({ target: database.url });
      const destination = destinationOf({ port: front.port });
      let lost = 0;
      for (let answers = 0; ; answers++) {
        // The connection is open and the table known: the lost response is that of begin, insert, …, commit.
        await destination.write(batchOf('append', 'log', [{ text: 'before' }], { key: [] }), signal);
        const batch = append();
        front.answersLeft = answers;
        const error = await failureOf(destination.write(batch, signal));
        if (front.answersLeft !== null) break;
        lost++;
        expect(error).toBeInstanceOf(Retryable);
        expect(error).toMatchObject({ code: 'DESTINATION_UNREACHABLE' });
        expect(statuses(await destination.write(batch, signal))).toEqual(['created', 'created', 'failed']);
      }
      front.answersLeft = null;
      expect(lost).toBeGreaterThan(5);
      expect(
        await database.query(
          `select text, count(*)::int from log where text in ('a', 'b') group by text order by text`,
        ),
      ).toEqual([
        { text: 'a', count: lost + 1 },
        { text: 'b', count: lost + 1 },
      ]);
    });

    it('reports how to create the ledger if the user cannot, and works without it in other modes', async () => {
      await using bare = await TestDatabase.open();
      await bare.query('create table log (id int primary key)');
      const user = await bare.role(`grant select, insert, update on ${bare.schema}.log to $role`);
      const destination = new PostgresDestination(bare.context({ user }));
      const error = await failureOf(destination.write(batchOf('append', 'log', [{ id: 1 }]), signal));
      expect(error).toMatchObject({ code: 'DESTINATION_FORBIDDEN', message: expect.stringContaining('create table if not exists') }); // prettier-ignore
      expect(statuses(await destination.write(batchOf('upsert', 'log', [{ id: 1 }]), signal))).toEqual(['created']);
      await destination.close();
      const [, statements] = /have an administrator run: (.*)/.exec(error.message)!;
      await bare.query(statements!.replace('this user', user));
      const helped = new PostgresDestination(bare.context({ user }));
      expect(statuses(await helped.write(batchOf('append', 'log', [{ id: 2 }]), signal))).toEqual(['created']);
      await helped.close();
    });

    it('forgets batches after a week', async () => {
      await destinationOf().write(append(), signal);
      await database.query(`update _tidemark_batches set written_at = now() - interval '8 days'`);
      const batch = append();
      await destinationOf().write(batch, signal);
      expect(await database.query('select id from _tidemark_batches')).toEqual([{ id: batch.id }]);
    });
  });

  it('is retried automatically when a row that it changes is deleted concurrently', async () => {
    await database.query(`insert into things values (1, 'a'), (2, 'b')`);
    const other = await database.begin('delete from things where id = 1');
    const writing = destinationOf().write(batchOf('upsert', 'things', [{ id: 1, name: 'new' }, { id: 2, name: 'new' }]), signal); // prettier-ignore
    await waitFor(async () => (await waiting()) > 0);
    await other[Symbol.asyncDispose]();
    expect(statuses(await writing)).toEqual(['created', 'updated']);
    expect(await database.query('select id, name from things order by id')).toEqual([{ id: 1, name: 'new' }, { id: 2, name: 'new' }]); // prettier-ignore
  });

  it('recovers from a deadlock', async () => {
    await database.query(`insert into things values (1, 'a'), (2, 'b')`);
    const other = await database.begin('update things set amount = 1 where id = 2');
    const writing = destinationOf().write(
      batchOf('update', 'things', [
        { id: 1, name: 'n' },
        { id: 2, name: 'n' },
      ]),
      signal,
    );
    await waitFor(async () => (await waiting()) > 0);
    // The writer has waited for longer, so it detects the deadlock and is rolled back.
    await other.query('update things set amount = 1 where id = 1');
    await other[Symbol.asyncDispose]();
    expect(statuses(await writing)).toEqual(['updated', 'updated']);
  });

  it('reports a lasting lock as retryable', async () => {
    await database.query(`insert into things values (1, 'a')`);
    await using _other = await database.begin('update things set amount = 1');
    const write = destinationOf({ statementTimeoutMs: 300 }).write(
      batchOf('update', 'things', [{ id: 1, name: 'x' }]),
      signal,
    );
    expect(await failureOf(write)).toMatchObject({ code: 'STATEMENT_TIMEOUT', retryable: true });
  });

  it('ends immediately on an abort, and writes nothing afterwards', async () => {
    await database.query(`insert into things values (1, 'a')`);
    const other = await database.begin('update things set amount = 1');
    const stop = new AbortController();
    const writing = destinationOf().write(
      batchOf('upsert', 'things', [{ id: 1, name: 'new' }, { id: 2 }]),
      stop.signal,
    );
    const ended = writing.catch((error: unknown) => error);
    await waitFor(async () => (await waiting()) > 0);
    const reason = new Error('stopped by the test');
    stop.abort(reason);
    expect(await ended).toBe(reason);
    await waitFor(async () => (await waiting()) === 0);
    await other[Symbol.asyncDispose]();
    expect(await database.query('select id, name from things')).toEqual([{ id: 1, name: 'a' }]);
  });

  it('opens a new connection when the server ended the previous one', async () => {
    const destination = destinationOf();
    await destination.write(batchOf('upsert', 'things', [{ id: 1 }]), signal);
    await database.terminate();
    const batch = batchOf('upsert', 'things', [{ id: 2 }]);
    const results = await destination.write(batch, signal).catch(() => destination.write(batch, signal));
    expect(statuses(results)).toEqual(['created']);
    expect(await database.query('select count(*)::int from things')).toEqual([{ count: 2 }]);
  });
});

/** Statements of connectors that wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await database.query(`select count(*)::int from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`, [database.schema]); // prettier-ignore
  return row!.count as number;
}

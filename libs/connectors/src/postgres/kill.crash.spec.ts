import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTcpProxy, waitFor, type TcpProxy } from '@tidemark/test-kit';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { WriteBatch } from '@tidemark/connector-sdk';
import { PostgresDestination } from './destination.js';
import { TestDatabase } from './testing/database.js';

const WRITER = join(import.meta.dirname, '../../test/postgres-writer.mjs');
const ROWS = 1000;

const append = (id: string, rows: number): WriteBatch => ({
  ...{ id, mode: 'append', object: 'log', key: [] },
  rows: Array.from({ length: rows }, (_, n) => ({ data: { text: n === 500 ? 'far too long' : `${id} ${n}` } })),
});

(process.env.POSTGRES_URL ? describe : describe.skip)('a postgres destination, killed', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let destination: PostgresDestination;
  const { signal } = new AbortController();

  /** Inserts into the table wait for a lock held by the test. */
  const holdUp = (table: string) =>
    database.query(`create trigger hold before insert on ${table} for each statement execute function hold()`);
  const isHeldUp = async () => {
    const sql = `select from pg_stat_activity where application_name = $1 and wait_event = 'advisory'`;
    return (await database.query(sql, [database.schema])).length > 0;
  };
  const remembered = async (id: string) =>
    (await database.query('select from _tidemark_batches where id = $1', [id])).length > 0;

  beforeEach(async () => {
    database = await TestDatabase.open();
    proxy = await startTcpProxy(database.url.href);
    destination = new PostgresDestination(database.context());
    await database.query(`create table log (n serial, text varchar(10));
      create function hold() returns trigger language plpgsql as $$ begin
        perform pg_advisory_xact_lock(hashtext('${database.schema}')); return null; end $$`);
    await destination.write(append('first', 1), signal);
  });

  afterEach(async () => {
    await destination.close();
    await proxy.close();
    await database[Symbol.asyncDispose]();
  });

  /** Starts a writer in a process of its own and kills it, held up at `table`, or once it `committed` unanswered. */
  async function killWriter(batch: WriteBatch, table: string, committed: boolean): Promise<void> {
    await holdUp(table);
    const lock = await database.begin(`select pg_advisory_xact_lock(hashtext('${database.schema}'))`);
    const config = database.input({ port: proxy.port });
    const child = spawn(process.execPath, [WRITER, JSON.stringify(config), JSON.stringify(batch)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    const dead = once(child, 'exit');
    await waitFor(isHeldUp, 'the writer to be held up');
    if (committed) {
      proxy.hang('to_client');
      await lock[Symbol.asyncDispose]();
      await waitFor(() => remembered(batch.id), 'the batch to be committed');
    }
    child.kill('SIGKILL');
    await dead;
    expect(said).toBe('');
    proxy.pass();
    if (!committed) await lock[Symbol.asyncDispose]();
  }

  it.each([
    ['while its rows are inserted', 'log', false],
    ['while its commit is under way', '_tidemark_batches', false],
    ['between its commit and the answer', '_tidemark_batches', true],
  ])('%s, writes the batch once when it is repeated', async (_when, table, committed) => {
    const batch = append('batch', ROWS);
    await killWriter(batch, table, committed);
    const results = await destination.write(batch, signal);
    expect(results.map(({ status }) => status)).toEqual(
      batch.rows.map((_row, n) => (n === 500 ? 'failed' : 'created')),
    );
    expect(results[500]).toMatchObject({ code: 'VALUE_TOO_LONG', field: 'text' });
    expect(await destination.write(batch, signal)).toEqual(results);
    expect(await database.query(`select count(*)::int, count(distinct text)::int as texts from log where text like 'batch %'`)).toEqual([{ count: ROWS - 1, texts: ROWS - 1 }]); // prettier-ignore
  });
});

// PostgreSQL to PostgreSQL through the connector and the row differ, beside a plain COPY of the same rows in the same
// run: everything new, then 1 % changed, then a mirror with deletions. Each round is held against the source by SQL.
// Needs POSTGRES_URL; BENCH_ROWS (default 1,000,000), BENCH_BATCH and BENCH_WRITERS change what is done.
import { openDestination, openSource } from '@tidemark/connector-sdk';
import { connector } from '../dist/postgres/postgres.connector.js';
import { FileBlobStore } from '@tidemark/blob-store';
import { createHttpPool } from '@tidemark/resilience';
import { compare } from '@tidemark/row-diff';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';

if (!process.env.POSTGRES_URL) {
  console.log('POSTGRES_URL is not set: nothing is measured.');
  process.exit();
}
const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const BATCH = Number(process.env.BENCH_BATCH ?? 2000);
const WRITERS = Number(process.env.BENCH_WRITERS ?? 3);
const url = new URL(process.env.POSTGRES_URL);
const schema = `bench${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
const signal = new AbortController().signal;
const admin = new pg.Client(process.env.POSTGRES_URL);
const pool = createHttpPool({ allow: [url.hostname] });
const snapshots = new FileBlobStore(folder);
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 100);

/** Batches of rows, a few at once. */
class Writer {
  counts = {};
  #rows = [];
  #batches = 0;
  #running = new Set();

  constructor(destination, name, mode) {
    Object.assign(this, { destination, name, mode });
  }

  async add(row) {
    this.#rows.push(row);
    if (this.#rows.length < BATCH) return;
    while (this.#running.size >= WRITERS) await Promise.race(this.#running);
    this.#send();
  }

  async end() {
    if (this.#rows.length > 0) this.#send();
    await Promise.all(this.#running);
  }

  #send() {
    const batch = {
      id: `${this.name} ${++this.#batches}`,
      mode: this.mode,
      object: 'target',
      key: ['id'],
      rows: this.#rows,
    };
    this.#rows = [];
    const written = this.destination.write(batch, signal).then((results) => {
      for (const { status } of results) this.counts[status] = (this.counts[status] ?? 0) + 1;
      this.#running.delete(written);
    });
    this.#running.add(written);
  }
}

await admin.connect();
try {
  await prepare();
  const floor = await copyFloor();
  await reading(floor);
  const first = await round('all new', 'upsert', undefined, floor);
  await admin.query(`update source set amount = amount + 1, note = note || '!' where id % 100 = 7`);
  const second = await round('1 % changed', 'upsert', first, floor);
  await admin.query('delete from source where id % 100 = 13; update source set qty = qty + 1 where id % 100 = 21');
  await round('mirror: 1 % changed, 1 % deleted', 'mirror', second, floor);
  line('peak memory', `${Math.round(peak / 2 ** 20)} MiB`);
} finally {
  clearInterval(watch);
  await admin.query(`drop schema ${schema} cascade`);
  await admin.end();
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Rows of about 200 bytes in ten columns. */
async function prepare() {
  await admin.query(`create schema ${schema}; set search_path = ${schema};
    create table source (id bigint primary key, name text not null, email text, amount numeric(12, 2), qty int, ok boolean,
      created timestamptz, day date, note text, attributes jsonb);
    create table floor (like source including all); create table target (like source including all)`);
  await admin.query(`insert into source
    select n, 'name ' || n, 'user' || n || '@example.com', (n * 7 % 100000) / 100.0, n % 1000, n % 2 = 0,
      timestamptz '2026-01-01' + n * interval '1 second', date '2026-01-01' + n % 365,
      'a longer text that fills the row up to about two hundred bytes ' || md5(n::text), jsonb_build_object('a', n, 'b', 'x')
    from generate_series(1, ${ROWS}) n`);
  await admin.query('vacuum analyze source');
}

/** The same rows through this process by COPY on both sides: rows per second. */
async function copyFloor() {
  const reader = new pg.Client(process.env.POSTGRES_URL);
  await reader.connect();
  const started = performance.now();
  await pipeline(
    reader.query(to(`copy ${schema}.source to stdout`)),
    admin.query(from(`copy ${schema}.floor from stdin`)),
  );
  const rate = ROWS / seconds(started);
  await reader.end();
  await admin.query('drop table floor');
  line('plain COPY, table to table', `${thousands(rate)} rows/s`);
  return rate;
}

async function reading(floor) {
  const started = performance.now();
  let rows = 0;
  for await (const row of sourceRows()) rows += row.id === undefined ? 0 : 1;
  if (rows !== ROWS) throw new Error(`read ${rows} rows of ${ROWS}`);
  report('reading alone', rows, started, floor);
}

async function* sourceRows() {
  const source = openSource({
    connector,
    pool,
    config: config({ objects: [{ table: 'source' }] }),
  });
  for await (const page of source.read({ object: 'source', pageSize: BATCH, signal }))
    for (const record of page.records) yield record.data;
  await source.close();
}

/** Reads everything, writes the differences, and checks the target. @returns the snapshot */
async function round(name, mode, previous, floor) {
  const destination = openDestination({ connector, pool, config: config() });
  const started = performance.now();
  const comparison = compare(sourceRows(), { key: ['id'], previous, snapshots, tempDir: folder });
  const writer = new Writer(destination, name, mode);
  for await (const difference of comparison) {
    const { type, key, row } = difference;
    await writer.add(type === 'removed' ? { action: 'delete', data: { id: key[0] } } : { data: row });
  }
  await writer.end();
  const { id } = await comparison.commit([]);
  report(name, ROWS, started, floor, writer.counts);
  await destination.close();
  await check(name);
  return id;
}

function config(more = {}) {
  return {
    ...{ host: url.hostname, port: Number(url.port || 5432), database: url.pathname.slice(1) },
    ...{ user: decodeURIComponent(url.username), ssl: { mode: 'disable' }, searchPath: [schema], ...more },
  };
}

/** Count and checksum over all columns, of both tables. */
async function check(name) {
  const sum = (table) => `select count(*), sum(hashtextextended(t::text, 0)::numeric)::text from ${table} t`;
  const { rows } = await admin.query(`${sum('source')} union all ${sum('target')}`);
  const same = rows.length === 1 || (rows[0].count === rows[1].count && rows[0].sum === rows[1].sum);
  if (!same) throw new Error(`${name}: the tables differ: ${JSON.stringify(rows)}`);
  line('  equal by count and checksum', `${rows[0].count} rows`);
}

function report(name, rows, started, floor, counts) {
  const rate = rows / seconds(started);
  const what = counts ? `  ${Object.entries(counts).map(([status, count]) => `${count} ${status}`).join(', ')}` : ''; // prettier-ignore
  line(name, `${thousands(rate)} rows/s, ${(rate / floor).toFixed(2)} of COPY${what}`);
}

function seconds(started) {
  return (performance.now() - started) / 1000;
}

function thousands(rate) {
  return Math.round(rate).toLocaleString('en');
}

function line(name, text) {
  console.log(`${name.padEnd(36)} ${text}`);
}

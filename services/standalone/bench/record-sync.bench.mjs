// PostgreSQL to PostgreSQL by jobs of an installation in a process of its own, beside a plain COPY of the same rows in the
// same run: everything new, then 1 % changed, then a mirror with deletions. Each is held against the source by SQL.
// Needs POSTGRES_URL; BENCH_ROWS (default 1,000,000).
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';
import { row } from '../../../tools/lib/bench.mjs';
import { Installation } from './installation.mjs';

const { POSTGRES_URL } = process.env;
const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);

if (POSTGRES_URL) await measure();
else console.log('POSTGRES_URL is not set: nothing is measured.');

async function measure() {
  const url = new URL(POSTGRES_URL);
  const schema = `bench${process.pid}`;
  const admin = new pg.Client(POSTGRES_URL);
  await admin.connect();
  const installation = await Installation.start({ TIDEMARK_FETCH_ALLOW: `${url.hostname}:${url.port || 5432}` });
  try {
    await prepare(admin, schema);
    const floor = await copyFloor(admin, schema);
    const server = { host: url.hostname, port: Number(url.port || 5432), database: url.pathname.slice(1) };
    const config = {
      ...server,
      user: decodeURIComponent(url.username),
      ssl: { mode: 'disable' },
      searchPath: [schema],
    };
    const warehouse = {
      name: 'warehouse',
      connector: 'postgres',
      config,
      mode: 'mirror',
      object: 'target',
      key: ['id'],
    };
    const connection = await installation.connect({
      ...{ pipeline: 'records', destinations: [warehouse] },
      source: { connector: 'postgres', config: { ...config, objects: [{ table: 'source' }] }, objects: ['source'] },
    });
    const round = async (what, type) => {
      const { counts, ms } = await installation.run(connection, { type });
      row(what, ROWS / (ms / 1000), 'rows/s', floor);
      console.log(`  ${JSON.stringify(counts)}`);
      await check(admin, what);
    };
    await round('all new', 'full');
    await admin.query(`update source set amount = amount + 1, note = note || '!' where id % 100 = 7`);
    await round('1 % changed', 'incremental');
    await admin.query('delete from source where id % 100 = 13; update source set qty = qty + 1 where id % 100 = 21');
    await round('1 % changed, 1 % deleted', 'incremental');
    row('peak memory of the installation', installation.peakMib, 'MiB');
  } finally {
    await installation.stop();
    await admin.query(`drop schema ${schema} cascade`);
    await admin.end();
  }
}

/** Rows of about 200 bytes in ten columns. */
async function prepare(admin, schema) {
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
async function copyFloor(admin, schema) {
  const reader = new pg.Client(POSTGRES_URL);
  await reader.connect();
  const started = performance.now();
  await pipeline(
    reader.query(to(`copy ${schema}.source to stdout`)),
    admin.query(from(`copy ${schema}.floor from stdin`)),
  );
  const rate = ROWS / ((performance.now() - started) / 1000);
  await reader.end();
  await admin.query('drop table floor');
  row('plain COPY, table to table', rate, 'rows/s');
  return rate;
}

/** Count and checksum over all columns, of both tables. */
async function check(admin, what) {
  const sum = (table) => `select count(*), sum(hashtextextended(t::text, 0)::numeric)::text from ${table} t`;
  const { rows } = await admin.query(`${sum('source')} union all ${sum('target')}`);
  if (rows[0].count !== rows[1].count || rows[0].sum !== rows[1].sum)
    throw new Error(`${what}: the tables differ: ${JSON.stringify(rows)}`);
}

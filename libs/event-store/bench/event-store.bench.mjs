// The event store and the aggregate store beside the raw floor: the same rows by plain prepared statements, in the
// same run. Prints figures without limits; on a busy machine they vary by a third.
import { stream } from '@tidemark/contracts';
import { uuidv7 } from '@tidemark/foundation';
import { AggregateStore, SqliteEventStore } from '../dist/index.js';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 100_000);
const JOBS = EVENTS / 4;
const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const data = (n) => ({ job: uuidv7(), stage: 'fetch', at: Date.now(), counts: { total: n, processed: n, failed: 0 } });
const metadata = (id) => ({ tenant: 'acme', correlationId: id, actor: 'coordinator' });
const event = (n, id) => ({ id: uuidv7(), type: 'StageCompleted', data: data(n), metadata: metadata(id) });

const floor = rawFloor();
row('raw floor: rows one by one, 100 a transaction', floor, 'events/s');
const store = new SqliteEventStore(join(folder, 'events.db'));
for (const inFlight of [1, 64, 1_000]) {
  const rate = await appends(inFlight, inFlight === 1 ? EVENTS / 20 : EVENTS);
  row(`append, ${inFlight} in flight`, rate, 'events/s', floor);
}
const rawReplay = rawRead(join(folder, 'events.db'));
row('raw floor: rows read and parsed', rawReplay, 'events/s');
row('replay by a subscription', await replay(), 'events/s', rawReplay);
for (const inFlight of [64, 1_000]) {
  row(`one-stage jobs (4 commands each), ${inFlight} in flight`, await jobs(inFlight), 'jobs/s');
}
const stored = (await store.head()) + 1;
const memory = process.memoryUsage().rss;
await store.close();
row('on disk', statSync(join(folder, 'events.db')).size / stored, 'bytes/event');
row('memory', memory / 2 ** 20, 'MiB resident');

function rawFloor() {
  const database = new DatabaseSync(join(folder, 'raw.db'));
  database.exec(`PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE streams (sid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, deleted INTEGER NOT NULL);
    CREATE TABLE events (pos INTEGER PRIMARY KEY, sid INTEGER NOT NULL, rev INTEGER NOT NULL, id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, meta TEXT NOT NULL, ts INTEGER NOT NULL, UNIQUE (sid, rev));`);
  const stream = database.prepare('INSERT INTO streams VALUES (?, ?, 0)');
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const started = performance.now();
  for (let n = 0; n < EVENTS; n++) {
    if (n % 100 === 0) database.exec('BEGIN IMMEDIATE');
    if (n % 4 === 0) stream.run(n, `job-${uuidv7()}`);
    const { id, type, data, metadata } = event(n, 'x');
    insert.run(n, n - (n % 4), n % 4, id, type, JSON.stringify(data), JSON.stringify(metadata), Date.now());
    if (n % 100 === 99) database.exec('COMMIT');
  }
  const rate = perSecond(EVENTS, started);
  database.close();
  return rate;
}

function rawRead(path) {
  const database = new DatabaseSync(path, { readOnly: true });
  const statement = database.prepare('SELECT pos, data, meta FROM events WHERE pos > ? ORDER BY pos LIMIT 500');
  const started = performance.now();
  let count = 0;
  for (let rows = statement.all(-1); rows.length > 0; rows = statement.all(rows.at(-1).pos)) {
    for (const { data, meta } of rows) if (JSON.parse(data) && JSON.parse(meta)) count++;
  }
  const rate = perSecond(count, started);
  database.close();
  return rate;
}

/** Streams of four events: two at once, then one and one. */
async function appends(inFlight, events) {
  let next = 0;
  const writer = async () => {
    while (next < events) {
      const n = (next += 4);
      const id = uuidv7();
      await store.append(`job-${id}`, [event(n, id), event(n, id)], 'no_stream');
      await store.append(`job-${id}`, [event(n, id)], 1);
      await store.append(`job-${id}`, [event(n, id)], 2);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, writer));
  return perSecond(next, started);
}

async function replay() {
  let count = 0;
  const started = performance.now();
  await new Promise((resolve) => {
    store.subscribe({ after: -1, onCaughtUp: resolve }, (events) => void (count += events.length));
  });
  return perSecond(count, started);
}

/** Through deciders and the state cache, with a subscriber at the tail. */
async function jobs(inFlight) {
  const types = ['JobCreated', 'JobClaimed', 'StageCompleted', 'JobCompleted'];
  const jobStream = stream('job', Object.fromEntries(types.map((type) => [type, true])));
  const job = {
    initialState: () => ({ status: 'none', events: 0 }),
    evolve: (state, { type, data }) => ({ status: type, events: state.events + 1, at: data.at }),
    decide: ({ type, n }) => [{ type, data: data(n) }],
  };
  const aggregates = new AggregateStore(store, jobStream, job, { isEnded: (state) => state.status === 'JobCompleted' });
  const tail = store.subscribe({ after: 'end' }, () => {});
  let next = 0;
  const client = async () => {
    while (next < JOBS) {
      const n = next++;
      const id = uuidv7();
      let isNew = true;
      for (const type of types) {
        await aggregates.handle(id, { type, n }, { ...metadata(id), isNew });
        isNew = false;
      }
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, client));
  const rate = perSecond(JOBS, started);
  await tail.stop();
  return rate;
}

function perSecond(count, started) {
  return (count / (performance.now() - started)) * 1_000;
}

function row(name, value, unit, beside) {
  const ratio = beside === undefined ? '' : `   ${(value / beside).toFixed(2)} × the floor`;
  console.log(`${name.padEnd(48)} ${Math.round(value).toLocaleString('en').padStart(9)} ${unit}${ratio}`);
}

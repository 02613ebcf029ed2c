// How fast the SQLite read model folds and rebuilds, beside raw inserts into the same file.
// node libs/read-model/bench/read-model.bench.mjs [documents]; needs a build.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { stream } from '@tidemark/contracts';
import { SqliteEventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { createReadModel, Projector } from '@tidemark/read-model';

const documents = Number(process.argv[2] ?? 20_000);
const types = ['Created', 'Started', 'Progressed', 'Completed'];
const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));

const runStream = stream('run', Object.fromEntries(types.map((type) => [type, true])));
const runs = {
  name: 'runs',
  version: 1,
  streams: [runStream],
  indexes: [
    ['tenant', 'createdAt'],
    ['tenant', 'state', 'createdAt'],
  ],
  keys: (event) => [runStream.idOf(event.stream)],
  evolve: (run, { type, data, position }, id) => {
    if (type === 'Created') return { id, ...data, state: 'pending', createdAt: position };
    if (type === 'Started') return { ...run, state: 'running', startedAt: position };
    if (type === 'Progressed') return { ...run, counts: data.counts };
    return { ...run, state: 'completed', endedAt: position };
  },
};
const data = {
  Created: { tenant: 'acme', connectionId: randomUUID(), type: 'full', trigger: 'schedule' },
  Started: { claim: 1 },
  Progressed: { counts: { total: 100, processed: 100, failed: 0, created: 3, updated: 7, deleted: 0, skipped: 90 } },
  Completed: { result: 'changed' },
};

try {
  const ids = Array.from({ length: documents }, () => uuidv7());
  const events = interleaved(ids);
  const floor = rawFloor(ids, events);
  report('raw: one insert a document, 1,000 a commit', floor, 'documents');
  await folding(events, floor);
  await rebuilding(ids, floor);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** 64 runs in progress at any time, each with four events. */
function interleaved(ids) {
  const events = [];
  for (let from = 0; from < ids.length; from += 64) {
    for (const [revision, type] of types.entries()) {
      for (const id of ids.slice(from, from + 64)) {
        const position = events.length;
        events.push({
          id,
          type,
          data: data[type],
          metadata: {},
          stream: `run-${id}`,
          revision,
          position,
          recordedAt: 0,
        });
      }
    }
  }
  return events;
}

function rawFloor(ids, events) {
  const last = new Map();
  for (const event of events) {
    const id = event.stream.slice(4);
    last.set(id, runs.evolve(last.get(id) ?? null, event, id));
  }
  const db = new DatabaseSync(join(folder, 'raw.db'));
  db.exec(`pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = normal;
    create table view (rid integer primary key, id text not null unique, tenant, createdAt, state, pos integer not null, doc text not null);
    create index one on view (tenant, createdAt, id); create index two on view (tenant, state, createdAt, id)`);
  const insert = db.prepare('insert into view (id, tenant, createdAt, state, pos, doc) values (?, ?, ?, ?, ?, ?)');
  const started = performance.now();
  for (let from = 0; from < ids.length; from += 1000) {
    db.exec('begin immediate');
    for (const id of ids.slice(from, from + 1000)) {
      const run = last.get(id);
      insert.run(id, run.tenant, run.createdAt, run.state, run.createdAt, JSON.stringify(run));
    }
    db.exec('commit');
  }
  const rate = (ids.length / (performance.now() - started)) * 1000;
  db.close();
  return rate;
}

async function folding(events, floor) {
  const file = join(folder, 'views.db');
  const model = await createReadModel(`sqlite:${file}`);
  await model.swap(runs, await model.begin(runs));
  const generation = await model.live(runs);
  const started = performance.now();
  for (let from = 0; from < events.length; from += 500) {
    const batch = events.slice(from, from + 500);
    await generation.apply(batch, batch.at(-1).position);
    await new Promise(setImmediate);
  }
  await generation.flush();
  const seconds = (performance.now() - started) / 1000;
  report('fold: four events a document, from memory', documents / seconds, 'documents', floor);
  report('', events.length / seconds, 'events');
  const queried = performance.now();
  for (let page = 1; page <= 200; page += 1) {
    await model
      .view(runs)
      .query({ where: { tenant: 'acme', state: 'completed' }, sort: [['createdAt', 'desc']], page });
  }
  report('query: a page of 50 with its total', 200 / ((performance.now() - queried) / 1000), 'queries');
  await model.close();
  console.log(`${'file'.padEnd(46)} ${(statSync(file).size / documents).toFixed(0).padStart(9)} bytes a document`);
}

async function rebuilding(ids, floor) {
  const eventStore = new SqliteEventStore(join(folder, 'events.db'));
  await Promise.all(
    ids.map((id) =>
      eventStore.append(
        `run-${id}`,
        types.map((type) => ({ id: uuidv7(), type, data: data[type], metadata: {} })),
        'no_stream',
      ),
    ),
  );
  const readModel = await createReadModel(`sqlite:${join(folder, 'rebuilt.db')}`);
  const projector = new Projector({
    eventStore,
    readModel,
    projections: [runs],
    onError: (error) => console.error(error),
  });
  projector.start();
  await projector.caughtUp('runs', await eventStore.head());
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const result = await projector.rebuild('runs');
  delay.disable();
  report('rebuild: read from the event store and swapped', (result.documents / result.ms) * 1000, 'documents', floor);
  report('', (result.events / result.ms) * 1000, 'events');
  const pause = (percentile) => (delay.percentile(percentile) / 1e6).toFixed(0);
  console.log(
    `${'pauses of the event loop meanwhile'.padEnd(46)} p50 ${pause(50)} ms, p99 ${pause(99)} ms, longest ${pause(100)} ms`,
  );
  await projector.stop();
  await readModel.close();
  await eventStore.close();
}

function report(what, rate, unit, floor) {
  const ratio = floor ? `   ${(rate / floor).toFixed(2)} of the floor` : '';
  console.log(`${what.padEnd(46)} ${Math.round(rate).toLocaleString('en').padStart(9)} ${unit}/s${ratio}`);
}

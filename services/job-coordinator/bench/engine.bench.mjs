// The engine under the services: event store, embedded broker and job aggregate, without NestJS. One-stage jobs, beside
// what plain SQLite takes of the same rows in the same run.
import { join } from 'node:path';
import { systemClock } from '../../../libs/foundation/dist/index.js';
import { openAdapters } from '../../../libs/platform/dist/index.js';
import { bytesOf, closedLoop, peakMemoryMb, row, sqliteFloor, temporaryFolder } from '../../../tools/lib/bench.mjs';
import { ownCatalogue } from '../dist/catalogue.js';
import { createConnection } from '../dist/commands/create-connection.js';
import { createJob } from '../dist/commands/create-job.js';
import { endSync } from '../dist/commands/end-sync.js';
import { claimStage, completeStage } from '../dist/commands/report-stage.js';
import { startEngine } from '../dist/engine.js';
import { JOB_ENDED } from '../dist/messaging/outbox.js';

const JOBS = 20_000;
/** JobCreated, StageClaimed, StageCompleted, JobCompleted; SyncEnded of the connection. */
const EVENTS_PER_JOB = 5;

const folder = temporaryFolder();
const file = (name) => join(folder, name);
const urls = {
  eventStore: `sqlite:${file('events.db')}`,
  broker: 'embedded:',
  readModel: `sqlite:${file('views.db')}`,
  blobs: '',
};
const fail = (error) => {
  throw error;
};
const adapters = await openAdapters(['eventStore', 'broker', 'readModel'], {
  urls,
  namespace: 'tidemark',
  onError: fail,
});
const settings = { claimTimeoutMs: 60_000, tenantMaxRunning: 1000 };
const engine = await startEngine(adapters, settings, fail, systemClock, ownCatalogue);
const { coordinator } = engine;
const context = { tenant: 'default', actor: 'bench' };

const ended = new Map();
await adapters.broker.consume(
  { durable: 'connector-runner', subject: 'tidemark.work.connector-runner.*', concurrency: 1000 },
  async (delivery) => {
    const { tenant, jobId, stage, attempt } = delivery.data;
    const claim = {
      tenant,
      jobId,
      stage,
      attempt,
      service: 'connector-runner',
      runner: 'bench',
      delivery: { id: delivery.id, sequence: delivery.deliverySequence },
    };
    const granted = await claimStage(coordinator, context, claim);
    await completeStage(coordinator, context, { tenant, jobId, claim: granted.claim, stage, output: {} });
    ended.get(jobId)();
  },
);
await adapters.broker.consume({ durable: 'job-coordinator', subject: JOB_ENDED, concurrency: 64 }, ({ data }) =>
  endSync(coordinator, context, data),
);

const source = { connector: 'noop', config: {} };
const connections = await Promise.all(
  Array.from({ length: 1000 }, (_, n) =>
    createConnection(coordinator, context, { tenant: 'default', name: `bench ${n}`, source }),
  ),
);
const runJob = async (worker) => {
  const { id } = await createJob(coordinator, context, {
    tenant: 'default',
    connectionId: connections[worker].id,
    type: 'full',
  });
  await new Promise((resolve) => ended.set(id, resolve));
  ended.delete(id);
};

const floor = sqliteFloor(folder, EVENTS_PER_JOB);
await closedLoop(2000, 64, runJob);
const before = bytesOf(file('events.db'), file('events.db-wal'), file('views.db'), file('views.db-wal'));
for (const inFlight of [64, 1000])
  row(`engine, one-stage jobs, ${inFlight} in flight`, await closedLoop(JOBS, inFlight, runJob), 'jobs/s', floor);
const after = bytesOf(file('events.db'), file('events.db-wal'), file('views.db'), file('views.db-wal'));
row('bytes on disk a job (events, views)', (after - before) / (2 * JOBS), 'B');
row('peak memory', peakMemoryMb(), 'MB');
await engine.stop();
await adapters.close();
process.exit(0);

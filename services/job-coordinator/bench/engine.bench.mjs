// The engine under the services: event store, embedded broker and job aggregate, without requests and NestJS. One-stage
// jobs, compared with plain SQLite on the same rows in the same run.
import { join } from 'node:path';
import { platformSettings } from '../../../libs/config/dist/index.js';
import { DaemonGroup, daemonOf, systemClock } from '../../../libs/foundation/dist/index.js';
import { createLogger, openAdapters } from '../../../libs/platform/dist/index.js';
import { Projector } from '../../../libs/read-model/dist/index.js';
import { bytesOf, closedLoop, peakMemoryMb, row, sqliteFloor, temporaryFolder } from '../../../tools/lib/bench.mjs';
import { jobCoordinator } from '../dist/index.js';

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
const onError = (error) => {
  throw error;
};
const adapters = await openAdapters(jobCoordinator.ports, { urls, namespace: 'tidemark', onError });
const { name, projections, relay, known } = jobCoordinator;
const { eventStore, broker } = adapters;
const projector = new Projector({ ...adapters, projections, onError });
const { handlers, consumers, daemons } = jobCoordinator.build({
  ...{ adapters, projector, known, onError, clock: systemClock, logger: createLogger('bench', 'error') },
  settings: { ...platformSettings.parse({}), tenantMaxRunning: 1000 },
});
const context = { tenant: 'default', actor: 'bench' };
const engine = new DaemonGroup([
  projector,
  ...daemons,
  daemonOf(() => broker.relay({ name, source: eventStore, ...relay, onError })),
  ...consumers.map(({ options, handle }) =>
    daemonOf(() => broker.consume(options, (delivery) => handle(delivery.data, context, delivery))),
  ),
]);
await engine.start();

const ended = new Map();
await broker.consume(
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
    const granted = await handlers['claim-stage'](claim, context);
    await handlers['complete-stage']({ tenant, jobId, claim: granted.claim, stage, output: {} }, context);
    ended.get(jobId)();
  },
);

const source = { connector: 'noop', config: {} };
const connections = await Promise.all(
  Array.from({ length: 1000 }, (_, n) =>
    handlers['create-connection']({ tenant: 'default', name: `bench ${n}`, source }, context),
  ),
);
const runJob = async (worker) => {
  const order = { tenant: 'default', connectionId: connections[worker].id, type: 'full' };
  const { id } = await handlers.create(order, context);
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

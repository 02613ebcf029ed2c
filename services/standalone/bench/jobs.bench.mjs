// Durable one-stage jobs through the services (NestJS, broker, runner), standalone; through the real servers as well
// when NATS_URL, EVENTSTORE_URL and MONGODB_URL are set. Latencies at 200 jobs/s, alone and beside 300,000 waiting timers.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { platformSettings } from '../../../libs/config/dist/index.js';
import { allPorts, createLogger, openAdapters, startService } from '../../../libs/platform/dist/index.js';
import { connectorRunner } from '../../connector-runner/dist/index.js';
import { jobCoordinator } from '../../job-coordinator/dist/index.js';
import {
  bytesOf,
  closedLoop,
  paced,
  peakMemoryMb,
  percentile,
  row,
  sqliteFloor,
  temporaryFolder,
} from '../../../tools/lib/bench.mjs';

/** JobCreated, StageClaimed, StageCompleted, JobCompleted; SyncEnded of the connection. */
const EVENTS_PER_JOB = 5;
const TENANT = 'default';
const { NATS_URL, EVENTSTORE_URL, MONGODB_URL } = process.env;

const folder = temporaryFolder();
const file = (name) => join(folder, name);
const logger = createLogger('bench', 'error');

const floor = sqliteFloor(folder, EVENTS_PER_JOB);
await standalone();
if (NATS_URL && EVENTSTORE_URL && MONGODB_URL) await cluster();
process.exit(0);

async function standalone() {
  const urls = {
    eventStore: `sqlite:${file('events.db')}`,
    broker: 'embedded:',
    readModel: `sqlite:${file('views.db')}`,
    blobs: `file:${file('blobs')}`,
  };
  const files = ['events.db', 'events.db-wal', 'views.db', 'views.db-wal'].map(file);
  const system = await start(urls, 'tidemark', 1000);
  await closedLoop(2000, 64, system.runJob);
  const before = bytesOf(...files);
  row('standalone, one-stage jobs, 64 in flight', await closedLoop(20_000, 64, system.runJob), 'jobs/s', floor);
  row('standalone, one-stage jobs, 1000 in flight', await closedLoop(20_000, 1000, system.runJob), 'jobs/s', floor);
  row('standalone, bytes on disk a job (events, views)', (bytesOf(...files) - before) / 40_000, 'B');
  await latencies('standalone, 200/s', system, 2000);
  const far = new Date(Date.now() + 7 * 86_400_000).toISOString();
  await closedLoop(300_000, 1000, (worker) => system.create(worker, { startAt: far }));
  await latencies('standalone, 200/s beside 300,000 waiting timers', system, 2000);
  row('standalone, peak memory', peakMemoryMb(), 'MB');
  await system.stop();
}

async function cluster() {
  const urls = { eventStore: EVENTSTORE_URL, broker: NATS_URL, readModel: MONGODB_URL, blobs: NATS_URL };
  const system = await start(urls, `bench-${randomBytes(4).toString('hex')}`, 64);
  await closedLoop(200, 64, system.runJob);
  row('real servers, one-stage jobs, 64 in flight', await closedLoop(2000, 64, system.runJob), 'jobs/s', floor);
  await system.stop();
}

/** A coordinator and a runner on these stores, with connections to run jobs of. */
async function start(urls, namespace, workers) {
  const adapters = await openAdapters(allPorts, { urls, namespace, onError: (error) => logger.error(error) });
  const settings = { ...platformSettings.parse({}), tenantMaxRunning: 1000, runnerConcurrency: 1000 };
  const services = [
    await startService(jobCoordinator, adapters, settings, logger),
    await startService(connectorRunner, adapters, settings, logger),
  ];
  const ask = (verb, data) =>
    adapters.broker.request(`tidemark.cmd.job-coordinator.${verb}`, data, { timeoutMs: 30_000 });
  const source = { connector: 'noop', config: {} };
  const connections = [];
  for (let n = 0; n < workers; n += 1)
    connections.push(await ask('create-connection', { tenant: TENANT, name: `bench ${n}`, source }));

  const seen = { StageClaimed: new Map(), JobCompleted: new Map() };
  for (const [type, waiting] of Object.entries(seen))
    await adapters.broker.listen(`tidemark.evt.job.${type}`, ({ data }) => {
      const id = data.stream.slice('job-'.length);
      waiting.get(id)?.resolve(performance.now());
      if (!waiting.has(id)) waiting.set(id, { promise: Promise.resolve(performance.now()) });
    });
  const happens = async (type, id) => {
    const waiting = seen[type];
    if (!waiting.has(id)) waiting.set(id, Promise.withResolvers());
    const at = await waiting.get(id).promise;
    waiting.delete(id);
    return at;
  };
  const create = (worker, more = {}) =>
    ask('create', { tenant: TENANT, connectionId: connections[worker % workers].id, type: 'full', ...more });
  const runJob = async (worker) => {
    const { id } = await create(worker);
    const [started, ended] = await Promise.all([happens('StageClaimed', id), happens('JobCompleted', id)]);
    return { started, ended };
  };
  const stop = async () => {
    for (const service of services.toReversed()) await service.stop();
    await adapters.close();
  };
  return { create, runJob, stop };
}

async function latencies(what, { runJob }, count) {
  const starts = [];
  const ends = [];
  await paced(count, 200, async (index) => {
    const requested = performance.now();
    const { started, ended } = await runJob(index);
    starts.push(started - requested);
    ends.push(ended - requested);
  });
  for (const [name, values] of [
    ['start', starts],
    ['end', ends],
  ])
    for (const p of [50, 99]) row(`${what}, create → ${name}, p${p}`, percentile(values, p), 'ms');
}

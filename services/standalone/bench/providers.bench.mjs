// A provider with 10,000 subscribers changes: how long until each subscriber's alert is stored and delivered, standalone.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { platformSettings } from '../../../libs/config/dist/index.js';
import { allPorts, createLogger, openAdapters, startService } from '../../../libs/platform/dist/index.js';
import { connectorRunner } from '../../connector-runner/dist/index.js';
import { differ } from '../../differ/dist/index.js';
import { jobCoordinator } from '../../job-coordinator/dist/index.js';
import { closedLoop, peakMemoryMb, row, sqliteFloor, temporaryFolder } from '../../../tools/lib/bench.mjs';

const SUBSCRIBERS = 10_000;
const folder = temporaryFolder();
const floor = sqliteFloor(folder, 1);
const file = (name) => join(folder, name);
const urls = {
  eventStore: `sqlite:${file('events.db')}`,
  broker: 'embedded:',
  readModel: `sqlite:${file('views.db')}`,
  blobs: `file:${file('blobs')}`,
};
const logger = createLogger('bench', 'error');
const adapters = await openAdapters(allPorts, { urls, namespace: 'tidemark' });
const { broker } = adapters;
const settings = { ...platformSettings.parse({}), fetchAllow: ['127.0.0.1'] };
const services = [];
for (const service of [jobCoordinator, connectorRunner, differ])
  services.push(await startService(service, adapters, settings, logger));

let version = 1;
let fetches = 0;
const publisher = createServer((_, response) => {
  fetches++;
  const get = { responses: { 200: { description: 'well' } } };
  response.end(
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Bench', version: `${version}` },
      paths: { [`/v${version}`]: { get } },
    }),
  );
});
await new Promise((resolve) => publisher.listen(0, '127.0.0.1', resolve));

const ask = (verb, tenant, data) => broker.request(`tidemark.cmd.job-coordinator.${verb}`, { tenant, ...data });
const config = { url: `http://127.0.0.1:${publisher.address().port}/openapi.json` };
const provider = await ask('create-connection', 'catalogue', { name: 'p', source: { connector: 'openapi', config } });
await sync();
let next = 0;
const subscribe = () => ask('subscribe', `tenant-${next++}`, { providerId: provider.id });
row('subscriptions, 64 in flight', await closedLoop(SUBSCRIBERS, 64, subscribe), 'subscriptions/s', floor);

let heard = 0;
const all = Promise.withResolvers();
await broker.listen('tidemark.evt.alerts.ChangesDetected', () => {
  if (++heard === SUBSCRIBERS) all.resolve();
});
version = 2;
const before = fetches;
const started = performance.now();
const synced = sync();
await all.promise;
const seconds = (performance.now() - started) / 1000;
await synced;
row(`${SUBSCRIBERS} subscribers, sync requested → last alert delivered`, seconds, 's');
row('alerts stored and delivered', SUBSCRIBERS / seconds, 'alerts/s', floor);
row('fetches', fetches - before, '');
row('peak memory', peakMemoryMb(), 'MB');
for (const service of services.toReversed()) await service.stop();
await adapters.close();
process.exit(0);

async function sync() {
  const { id } = await ask('create', 'catalogue', { connectionId: provider.id, type: 'full' });
  for (;;) {
    const { endedAt, lastError } = await ask('get-job', 'catalogue', { jobId: id });
    if (lastError) throw new Error(lastError.message);
    if (endedAt) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

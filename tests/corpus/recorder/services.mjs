// All services of the checkout that is recorded, in a process that is killed at the end of each part of the recording.
// Its parent controls over IPC which appends are blocked, when time advances, and which faults occur.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { checkout, dataDir, httpPort, apiKey, offsetMs, claimTimeoutMs } = JSON.parse(process.argv[2]);
const load = (folder) => import(pathToFileURL(join(checkout, folder, 'dist/index.js')).href);
const [{ startJobCoordinator }, { startConnectorRunner }, { startDiffer }, { startGateway }] = await Promise.all(
  ['job-coordinator', 'connector-runner', 'differ', 'gateway'].map((name) => load(`services/${name}`)),
);
const { allPorts, createLogger, openAdapters } = await load('libs/platform');
const { Secret, standaloneUrls } = await load('libs/config');

/** `<stream> <event type> [stage]` of appends that are blocked, and verbs that are never answered. */
const held = new Set();
let offset = offsetMs;
let heartbeats = true;

const urls = standaloneUrls({ dataDir, eventStore: null, broker: null, readModel: null, blobs: null });
const opened = await openAdapters(allPorts, { urls, namespace: 'tidemark' });
const adapters = { ...opened, eventStore: opened.eventStore, broker: recorded(opened.broker) };
holdAppends(opened.eventStore);

const logger = createLogger('recording', 'fatal');
const limits = { claimTimeoutMs, runnerConcurrency: 16, fetchMaxBytes: 1024 ** 2, tenantMaxRunning: 5 };
const edge = { host: '127.0.0.1', httpPort, grpcPort: 0, apiKey: new Secret(apiKey), rateLimit: 0 };
const time = {
  now: () => Date.now() + offset,
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer),
};
await startJobCoordinator(adapters, limits, logger, time);
await startDiffer(adapters, limits, logger);
await startConnectorRunner(adapters, { ...limits, fetchAllow: ['127.0.0.0/8'] }, logger);
await startGateway(adapters, edge, logger);

process.on('disconnect', () => process.exit(1));
process.on('message', async (order) => {
  for (const key of order.hold ?? []) held.add(key);
  for (const key of order.release ?? []) held.delete(key);
  offset += order.advanceMs ?? 0;
  heartbeats = order.beats ?? heartbeats;
  if (order.beat) opened.broker.broadcast(`tidemark.beat.${order.beat.jobId}`, order.beat);
  const answer = order.ask ? await queries[order.ask](order) : null;
  process.send({ answer });
});
process.send({ answer: 'ready' });

const queries = {
  now: () => time.now(),
  position: () => opened.eventStore.head(),
  /** Every document of a view as it is stored. */
  view: ({ definition }) => Array.fromAsync(opened.readModel.view(definition).scan()),
  viewPosition: ({ definition }) => opened.readModel.view(definition).position(),
  log: () => readLog(opened.eventStore),
};

function holdAppends(eventStore) {
  const append = eventStore.append.bind(eventStore);
  const isHeld = (stream, { type, data }) =>
    held.has(`${stream} ${type}`) || held.has(`${stream} ${type} ${data.stage}`);
  eventStore.append = async (stream, events, expected) => {
    while (isHeld(stream, events[0])) await new Promise((resolve) => setTimeout(resolve, 50));
    return append(stream, events, expected);
  };
}

/** The broker; what goes over it is reported to the parent. */
function recorded(broker) {
  const report = (kind, message) => process.send({ message: { kind, ...message } });
  const reported = new Set();
  return {
    publish: (message) => broker.publish(message),
    serve: (subject, handler) => broker.serve(subject, handler),
    listen: (subject, handler) => broker.listen(subject, handler),
    consume: (options, handler) => broker.consume(options, handler),
    ping: () => broker.ping(),
    close: () => broker.close(),
    broadcast(subject, data, headers) {
      if (!heartbeats && subject.startsWith('tidemark.beat.')) return;
      broker.broadcast(subject, data, headers);
      // One heartbeat of each stage is enough: their number depends on the machine.
      const key = `${subject} ${data.claim} ${data.stage}`;
      if (!reported.has(key)) report('broadcast', { subject, data });
      reported.add(key);
    },
    async request(subject, data, options) {
      const verb = subject.split('.').at(-1);
      while (held.has(`${data.jobId} ${verb}`)) await new Promise((resolve) => setTimeout(resolve, 50));
      const isReport = ['claim-stage', 'complete-stage', 'fail-stage', 'confirm-cancel'].includes(verb);
      const reply = await broker.request(subject, data, options);
      if (isReport) report('request', { subject, data, reply });
      return reply;
    },
    relay: (options) =>
      broker.relay({
        ...options,
        map(event) {
          const messages = options.map(event);
          for (const { subject, id, data, headers } of messages) report('relayed', { subject, id, data, headers });
          return messages;
        },
      }),
  };
}

async function readLog(eventStore) {
  const log = [];
  await new Promise((resolve, reject) => {
    const subscription = eventStore.subscribe(
      { after: -1, onCaughtUp: () => void subscription.stop().then(resolve), onError: reject },
      (events) => void log.push(...events),
    );
  });
  return log;
}

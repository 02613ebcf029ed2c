// The brokers beside their raw floors (the driver or the log alone), in one run.
// node tools/bench.mjs libs/messaging; NATS is included when NATS_URL is set.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AckPolicy, connect, headers } from 'nats';
import { SqliteEventStore } from '../../event-store/dist/index.js';
import { uuidv7 } from '../../foundation/dist/index.js';
import { EmbeddedBroker, NatsBroker } from '../dist/index.js';

const EVENTS = 60_000;
const MESSAGES = 20_000;
const PARALLEL = 64;
const CONCURRENCY = 256;
const PAYLOAD = { jobId: 'j'.repeat(36), stage: 'fetch', note: 'x'.repeat(150) };
const WORK = 'tidemark.work.runner.fetch';
const COMMAND = 'tidemark.cmd.jobs.get';

const seconds = async (action) => {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
};
const perSecond = async (count, action) => count / (await seconds(action));
const parallel = (count, action) =>
  Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let i = 0; i < count / PARALLEL; i++) await action();
    }),
  );
const number = (value, unit) => {
  const digits = unit === 'µs' ? 1 : 0;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString('en', options).padStart(10);
};
const row = (what, value, floor, unit = '/s') =>
  console.log(
    `${what.padEnd(52)} ${number(value, unit)} ${unit}` +
      (floor ? `   floor ${number(floor, unit)}   ratio ${(value / floor).toFixed(2)}` : ''),
  );

const appendAll = async (log, count) => {
  for (let i = 0; i < count; i += 1000) {
    const one = (k) => {
      const event = { id: uuidv7(), type: 'Created', data: { ...PAYLOAD, n: i + k }, metadata: {} };
      return log.append(`job-${i + k}`, [event], 'no_stream');
    };
    await Promise.all(Array.from({ length: 1000 }, (_, k) => one(k)));
  }
};
const map = (event) => [{ subject: WORK, id: event.id, data: event.data }];

/** Counts messages; its `promise` resolves at the `count`th. */
const consuming = async (broker, durable, count) => {
  const done = Promise.withResolvers();
  let taken = 0;
  const options = { durable, subject: 'tidemark.work.runner.*', concurrency: CONCURRENCY };
  await broker.consume(options, async () => {
    if (++taken === count) done.resolve();
  });
  return done;
};

async function withLog(action) {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const log = new SqliteEventStore(join(folder, 'events.db'));
  try {
    return await action(log);
  } finally {
    await log.close();
    rmSync(folder, { recursive: true });
  }
}

async function embedded() {
  console.log('embedded');
  const floor = await withLog((log) => {
    log.subscribe({ categories: ['job'], after: 'end' }, () => {});
    return perSecond(EVENTS, () => appendAll(log, EVENTS));
  });
  await withLog(async (log) => {
    const broker = new EmbeddedBroker(log);
    await broker.relay({ name: 'bench', source: log, categories: ['job'], map });
    const done = await consuming(broker, 'live', EVENTS);
    const live = await perSecond(EVENTS, () => Promise.all([appendAll(log, EVENTS), done.promise]));
    row('append, relay, consume and acknowledge', live, floor);
    await requests(broker, async (data) => ({ got: data }));
    await nest(broker);
    await broker.close();
  });
  await withLog(async (log) => {
    await appendAll(log, EVENTS);
    const broker = new EmbeddedBroker(log);
    await broker.relay({ name: 'bench', source: log, categories: ['job'], map });
    let replayed = 0;
    const replay = await perSecond(EVENTS, async () => {
      const end = Promise.withResolvers();
      const reader = log.subscribe({ categories: ['job'], after: -1 }, (events) => {
        replayed += events.length;
        if (replayed >= EVENTS) end.resolve();
      });
      await end.promise;
      await reader.stop();
    });
    const late = await perSecond(EVENTS, async () => (await consuming(broker, 'late', EVENTS)).promise);
    row('a late consumer reads the log and acknowledges', late, replay);
    await broker.close();
  });
}

async function requests(broker, floor) {
  const server = await broker.serve(COMMAND, ({ data }) => ({ got: data }));
  const once = () => broker.request(COMMAND, PAYLOAD);
  for (let i = 0; i < 2000; i++) await once();
  const sequential = async (action, count = 20_000) =>
    (await seconds(async () => {
      for (let i = 0; i < count; i++) await action(PAYLOAD);
    })) /
    (count / 1e6);
  row('request round trip, one at a time', await sequential(once), await sequential(floor), 'µs');
  const many = await perSecond(MESSAGES, () => parallel(MESSAGES, once));
  row(
    `requests, ${PARALLEL} at a time`,
    many,
    await perSecond(MESSAGES, () => parallel(MESSAGES, () => floor(PAYLOAD))),
  );
  await server.stop();
}

/** The same request through a Nest application. */
async function nest(broker) {
  const { ConsoleLogger } = await import('@nestjs/common');
  const { mountRoutes } = await import('../dist/nest/index.js');
  const serve = [{ subject: 'tidemark.cmd.jobs.nest', handler: ({ data }) => ({ got: data }) }];
  const app = await mountRoutes(
    broker,
    { serve, consume: [] },
    { logger: new ConsoleLogger({ logLevels: [] }), drainMs: 100 },
  );
  const plain = await broker.serve(COMMAND, ({ data }) => ({ got: data }));
  const time = async (subject) => {
    for (let i = 0; i < 5_000; i++) await broker.request(subject, PAYLOAD);
    const spent = await seconds(async () => {
      for (let i = 0; i < 20_000; i++) await broker.request(subject, PAYLOAD);
    });
    return spent / 0.02;
  };
  row('request through a Nest application', await time('tidemark.cmd.jobs.nest'), await time(COMMAND), 'µs');
  await plain.stop();
  await app.stop();
}

async function rawNats(url, name) {
  const nc = await connect({ servers: url, noAsyncTraces: true });
  const jsm = await nc.jetstreamManager();
  await jsm.streams.add({ name, subjects: [`${name}.>`], retention: 'workqueue' });
  await jsm.consumers.add(name, { durable_name: 'c', ack_policy: AckPolicy.Explicit, max_ack_pending: CONCURRENCY });
  const js = nc.jetstream();
  const payload = JSON.stringify(PAYLOAD);
  let n = 0;
  const publish = await perSecond(MESSAGES, () =>
    parallel(MESSAGES, () => js.publish(`${name}.a`, payload, { msgID: `m${n++}`, headers: headers() })),
  );
  const consumer = await js.consumers.get(name, 'c');
  const consume = await perSecond(MESSAGES, async () => {
    const done = Promise.withResolvers();
    let taken = 0;
    const messages = await consumer.consume({
      max_messages: CONCURRENCY,
      callback: (message) => {
        message.json();
        message.ack();
        if (++taken === MESSAGES) done.resolve();
      },
    });
    await done.promise;
    messages.stop();
  });
  const served = nc.subscribe(`${name}rpc`, {
    callback: (_, message) => message.respond(JSON.stringify({ got: message.json() })),
  });
  const ask = async () => (await nc.request(`${name}rpc`, payload, { timeout: 5_000 })).json();
  return {
    ...{ publish, consume, ask },
    async close() {
      served.unsubscribe();
      for await (const stream of jsm.streams.names())
        if (stream.includes(name.slice('raw'.length))) await jsm.streams.delete(stream);
      await nc.close();
    },
  };
}

async function nats(url) {
  console.log('NATS');
  const namespace = `bench${randomBytes(4).toString('hex')}`;
  const floor = await rawNats(url, `raw${namespace}`);
  const broker = await NatsBroker.connect([url], { namespace });
  let n = 0;
  const one = () => broker.publish({ subject: WORK, id: `m${n++}`, data: PAYLOAD });
  row(`publish, ${PARALLEL} at a time`, await perSecond(MESSAGES, () => parallel(MESSAGES, one)), floor.publish);
  const count = n;
  row(
    'consume and acknowledge',
    await perSecond(count, async () => (await consuming(broker, 'live', count)).promise),
    floor.consume,
  );
  await withLog(async (log) => {
    await appendAll(log, MESSAGES);
    const done = Promise.withResolvers();
    let taken = 0;
    await broker.consume({ durable: 'relayed', subject: 'tidemark.work.bench.*', concurrency: CONCURRENCY }, () => {
      if (++taken === MESSAGES) done.resolve();
    });
    const rate = await perSecond(MESSAGES, async () => {
      const toWork = (event) => [{ subject: 'tidemark.work.bench.one', id: event.id, data: event.data }];
      await broker.relay({ name: 'bench', source: log, categories: ['job'], map: toWork });
      await done.promise;
    });
    row('relay from the log, consume and acknowledge', rate, floor.publish);
    await requests(broker, floor.ask);
    await broker.close();
  });
  await floor.close();
}

await embedded();
if (process.env.NATS_URL) await nats(process.env.NATS_URL);
else console.log('NATS_URL is not set: the NATS broker is skipped.');

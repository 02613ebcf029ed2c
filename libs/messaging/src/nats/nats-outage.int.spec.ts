import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, headers, type NatsConnection } from 'nats';
import { SqliteEventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { eventually, randomNamespace, signal, startTcpProxy, temporaryFolder, type TcpProxy } from '@tidemark/test-kit';
import { BrokerUnavailable } from '../errors.js';
import type { DeadLetter, Delivery } from '../port.js';
import { dropNamespace } from '../testing/nats-world.js';
import { appendNumbers, Collector, collecting, lettersOf, work, WORKERS } from '../testing/world.js';
import { NatsBroker } from './nats-broker.js';

const url = process.env['NATS_URL'];

(url ? describe : describe.skip)('the broker on NATS', () => {
  let namespace: string;
  let proxy: TcpProxy;
  let broker: NatsBroker;
  let direct: NatsBroker;
  let raw: NatsConnection;

  beforeEach(async () => {
    namespace = randomNamespace();
    proxy = await startTcpProxy(url!);
    broker = await NatsBroker.connect([proxy.url(url!)], { namespace, patienceMs: 5_000 });
    direct = await NatsBroker.connect([url!], { namespace });
    raw = await connect({ servers: url! });
  });
  afterEach(async () => {
    proxy.pass();
    await Promise.all([broker.close(), direct.close(), raw.close()]);
    await proxy.close();
    await dropNamespace(url!, namespace);
  });

  const reachable = () => eventually(() => broker.ping().then(() => true), 'the broker to respond again');

  it('reports that it cannot be reached while the connection is cut, and recovers by itself', async () => {
    const impatient = await NatsBroker.connect([proxy.url(url!)], { namespace, patienceMs: 200 });
    const { deliveries, take } = collecting();
    await broker.consume(WORKERS, take);
    await broker.serve('tidemark.cmd.a.b', ({ data }) => data);
    proxy.cut();
    await eventually(
      () =>
        broker
          .ping()
          .then(() => false)
          .catch(() => true),
      'the loss to be noticed',
    );
    await expect(broker.request('tidemark.cmd.a.b', 1, { timeoutMs: 100 })).rejects.toBeInstanceOf(BrokerUnavailable);
    await expect(impatient.publish(work('m0'))).rejects.toBeInstanceOf(BrokerUnavailable);
    await expect(broker.ping()).rejects.toBeInstanceOf(BrokerUnavailable);
    broker.broadcast('tidemark.beat.j', {});
    proxy.pass();
    await reachable();
    await broker.publish(work('m1'));
    expect((await deliveries.reach(1))[0]!.id).toBe('m1');
    expect(await direct.request('tidemark.cmd.a.b', 'again')).toBe('again');
    await impatient.close();
  });

  it('treats a silent server as unreachable', async () => {
    proxy.hang();
    await expect(broker.ping()).rejects.toBeInstanceOf(BrokerUnavailable);
  });

  it('dials again when a silent connection has more to send than the system takes', async () => {
    const before = proxy.connections;
    proxy.hang();
    for (let i = 0; i < 40; i++) broker.broadcast('tidemark.beat.j', 'x'.repeat(900_000));
    await eventually(() => proxy.connections > before, 'another connection', { timeout: 30_000 });
  }, 60_000);

  it('repeats a request whose reply was lost with the connection, if it may be answered twice', async () => {
    const taken = signal();
    const never = signal();
    let requests = 0;
    await direct.serve('tidemark.cmd.a.b', async (): Promise<unknown> => {
      if (requests++ > 0) return 'again';
      taken.resolve();
      return never.promise;
    });
    const answer = broker.request('tidemark.cmd.a.b', 1, { timeoutMs: 600_000, repeatable: true });
    await taken.promise;
    proxy.cut();
    proxy.pass();
    expect(await answer).toBe('again');
    never.resolve();
  });

  it('holds the reply to a request until its connection is back', async () => {
    const taken = signal();
    const answer = signal<string>();
    await broker.serve('tidemark.cmd.a.b', () => (taken.resolve(), answer.promise));
    const reply = direct.request('tidemark.cmd.a.b', 1);
    await taken.promise;
    proxy.cut();
    await eventually(
      () =>
        broker.ping().then(
          () => false,
          () => true,
        ),
      'the loss to be noticed',
    );
    answer.resolve('after all');
    proxy.pass();
    expect(await reply).toBe('after all');
  });

  it('stores a message only once when its acknowledgement was lost with the connection', async () => {
    const { deliveries, take } = collecting();
    await direct.consume(WORKERS, take);
    const cut = proxy.cutOnNext('to_client');
    const published = broker.publish(work('m1'));
    await cut;
    expect(await published).toEqual({ duplicate: true });
    await direct.publish(work('m2'));
    const got = await deliveries.reach(2);
    expect(got.map(({ id }) => id)).toEqual(['m1', 'm2']);
  });

  it('publishes messages from an outage when it is over', async () => {
    proxy.cut();
    const published = broker.publish(work('m1'));
    proxy.pass();
    expect(await published).toEqual({ duplicate: false });
  });

  it('acknowledges messages handled during an outage after it', async () => {
    const taken = signal();
    const release = signal();
    await broker.consume({ ...WORKERS, ackWaitMs: 600_000 }, async () => {
      taken.resolve();
      await release.promise;
    });
    await broker.publish(work('m1'));
    await taken.promise;
    proxy.cut();
    await eventually(
      () =>
        broker
          .ping()
          .then(() => false)
          .catch(() => true),
      'the loss to be noticed',
    );
    release.resolve();
    proxy.pass();
    const jsm = await raw.jetstreamManager();
    await eventually(async () => {
      const { num_ack_pending, delivered } = await jsm.consumers.info(`${namespace}_WORK`, WORKERS.durable);
      return delivered.consumer_seq === 1 && num_ack_pending === 0;
    }, 'the acknowledgement to arrive');
  });

  it('redelivers the messages of a process that vanished to the others', async () => {
    const stuck = signal<Delivery>();
    const never = signal();
    const options = { ...WORKERS, ackWaitMs: 500 };
    const doomed = await NatsBroker.connect([proxy.url(url!)], { namespace });
    await doomed.consume(options, (delivery) => {
      stuck.resolve(delivery);
      return never.promise;
    });
    await direct.publish(work('m1'));
    const first = await stuck.promise;
    proxy.cut();
    const { deliveries, take } = collecting();
    await direct.consume(options, take);
    const [second] = await deliveries.reach(1);
    expect(second).toMatchObject({ id: 'm1', deliveryCount: 2 });
    expect(second!.deliverySequence).toBeGreaterThan(first.deliverySequence);
    never.resolve();
    proxy.pass();
    await doomed.close();
  });

  it('shares a durable among processes, each message with one of them', async () => {
    const shared = new Collector<string>();
    for (const [name, one] of Object.entries({ broker, direct })) {
      await one.consume({ ...WORKERS, concurrency: 2 }, ({ id }) => shared.add(`${name} ${id}`));
    }
    const ids = Array.from({ length: 200 }, (_, i) => `m${i}`);
    await Promise.all(ids.map((id) => direct.publish(work(id))));
    const got = await shared.reach(200);
    expect(new Set(got.map((one) => one.split(' ')[1]))).toEqual(new Set(ids));
    expect(new Set(got.map((one) => one.split(' ')[0]))).toEqual(new Set(['broker', 'direct']));
  });

  it('recreates a deleted consumer, and loses nothing', async () => {
    const { deliveries, take } = collecting();
    await broker.consume(WORKERS, take);
    await broker.publish(work('m1'));
    await deliveries.reach(1);
    const jsm = await raw.jetstreamManager();
    await jsm.consumers.delete(`${namespace}_WORK`, WORKERS.durable);
    await broker.publish(work('m2'));
    await eventually(() => deliveries.items.some(({ id }) => id === 'm2'), 'the message after the deletion');
  });

  it('separates namespaces', async () => {
    const elsewhere = await NatsBroker.connect([url!], { namespace: `${namespace}b` });
    await elsewhere.serve('tidemark.cmd.a.b', () => 'elsewhere');
    await expect(broker.request('tidemark.cmd.a.b', 1)).rejects.toMatchObject({ code: 'NO_RESPONDER' });
    await elsewhere.close();
    await dropNamespace(url!, `${namespace}b`);
  });

  it('accepts messages of other programs: no id, headers in any case, text that is not JSON', async () => {
    const { deliveries, take } = collecting();
    const dead = new Collector<DeadLetter>();
    await broker.consume<DeadLetter>({ durable: 'dead', subject: 'tidemark.dead.>' }, ({ data }) => dead.add(data));
    await broker.consume({ ...WORKERS, subject: 'tidemark.ingest.>' }, take);
    const foreign = headers();
    foreign.set('CE-Type', 'object');
    await raw.jetstream().publish(`${namespace}.ingest.t.c`, '{"a":1}', { headers: foreign });
    await raw.jetstream().publish(`${namespace}.ingest.t.c`, 'not json');
    const [delivery] = await deliveries.reach(1);
    expect(delivery).toMatchObject({
      subject: 'tidemark.ingest.t.c',
      data: { a: 1 },
      headers: { 'ce-type': 'object' },
    });
    expect(delivery!.id).not.toBe('');
    const [letter] = await dead.reach(1);
    expect(letter!.reason).toMatch(/^the data is not JSON/);
    expect(Buffer.from(letter!.data as string, 'base64').toString()).toBe('not json');
  });

  it.each(['cut', 'silent'])(
    'relays on after a connection that was %s before broadcasts were confirmed',
    async (end) => {
      await using folder = await temporaryFolder();
      const log = new SqliteEventStore(folder.join('events.db'));
      const heard = new Collector<number>();
      await direct.listen<{ n: number }>('tidemark.evt.number.Counted', ({ data }) => heard.add(data.n));
      const map = ({ id, data }: { id: string; data: unknown }) => [
        { subject: 'tidemark.evt.number.Counted', id, data },
      ];
      const lost = signal<Error>();
      const running = await broker.relay({
        name: 'r',
        source: log,
        categories: ['number'],
        map,
        onError: lost.resolve,
      });
      await appendNumbers(log, 0, 1);
      await heard.reach(1);
      proxy.hang('to_client');
      await appendNumbers(log, 100, 101);
      await heard.reach(2);
      await appendNumbers(log, 200, 201);
      await heard.reach(3);
      if (end === 'cut') proxy.cut();
      expect((await lost.promise).message).toMatch(/^(the connection to NATS was lost|NATS did not confirm)/);
      proxy.pass();
      await appendNumbers(log, 300, 301);
      await eventually(() => heard.items.includes(300), 'what was appended afterwards');
      await running.stop();
      await log.close();
    },
  );

  it('relays past a message that is too large, and files a dead letter for it', async () => {
    await using folder = await temporaryFolder();
    const log = new SqliteEventStore(folder.join('events.db'));
    const { deliveries, take } = collecting();
    await broker.consume(WORKERS, take);
    const map = ({ id, data }: { id: string; data: unknown }) => [
      work(id, { ...(data as object), again: data }),
      { subject: 'tidemark.evt.doc.Stored', id, data: { ...(data as object), again: data } },
    ];
    const running = await broker.relay({ name: 'r', source: log, categories: ['doc'], map });
    const events = ['x'.repeat(600_000), 'small'].map((text) => ({
      ...{ id: uuidv7(), type: 'Stored', data: { text }, metadata: {} },
    }));
    await log.append('doc-1', events, 'no_stream');
    expect((await deliveries.reach(1))[0]!.id).toBe(events[1]!.id);
    const [letter] = await lettersOf(broker, 'default', 1);
    expect(letter).toMatchObject({ id: events[0]!.id, durable: 'relay-r', data: { stream: 'doc-1', revision: 0 } });
    expect(letter!.reason).toContain('at most 1040000 are allowed');
    await running.stop();
    await log.close();
  });
});

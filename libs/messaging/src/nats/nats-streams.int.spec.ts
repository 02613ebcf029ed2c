import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  connect,
  DiscardPolicy,
  nanos,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type NatsConnection,
} from 'nats';
import { SqliteEventStore } from '@tidemark/event-store';
import { Conditions } from '@tidemark/foundation';
import { eventually, randomNamespace, signal, startTcpProxy, temporaryFolder, type TcpProxy } from '@tidemark/test-kit';
import { redriven } from '../dead-letter.js';
import { BrokerUnavailable } from '../errors.js';
import { Terminal } from '../port.js';
import { dropNamespace } from '../testing/nats-world.js';
import { appendNumbers, collecting, Collector, COUNTED, lettersOf, relayed, work, WORKERS } from '../testing/world.js';
import { NatsBroker, type NatsBrokerOptions } from './nats-broker.js';

const url = process.env['NATS_URL'];
const WEEK = nanos(7 * 24 * 3_600_000);

(url ? describe : describe.skip)('the streams on NATS', () => {
  let namespace: string;
  let proxy: TcpProxy;
  let raw: NatsConnection;
  let jsm: JetStreamManager;
  let conditions: Conditions;
  let errors: string[];
  const opened: NatsBroker[] = [];

  const open = async (options: NatsBrokerOptions = {}) => {
    const onError = ({ message }: Error) => void errors.push(message);
    const broker = await NatsBroker.connect([proxy.url(url!)], { namespace, conditions, onError, ...options });
    opened.push(broker);
    return broker;
  };
  const configOf = async (stream: string) => (await jsm.streams.info(`${namespace}_${stream}`)).config;
  const subjects = () => conditions.list().map(({ subject }) => subject);

  beforeEach(async () => {
    namespace = randomNamespace();
    conditions = new Conditions();
    errors = [];
    proxy = await startTcpProxy(url!);
    raw = await connect({ servers: url! });
    jsm = await raw.jetstreamManager();
  });
  afterEach(async () => {
    proxy.pass();
    for (const broker of opened.splice(0)) await broker.close();
    await Promise.all([raw.close(), proxy.close()]);
    await dropNamespace(url!, namespace);
  });

  describe('that are lost while processes run', () => {
    it.each(['WORK', 'DEAD'])('are created again: %s', async (stream) => {
      const broker = await open();
      const { deliveries, take } = collecting();
      await broker.consume(WORKERS, (delivery) => {
        if (delivery.id === 'bad') throw new Terminal('no such thing');
        take(delivery);
      });
      await broker.publish(work('m1'));
      await deliveries.reach(1);
      await jsm.streams.delete(`${namespace}_${stream}`);
      await broker.publish(work('bad'));
      await broker.publish(work('m2'));
      expect((await deliveries.reach(2)).map(({ id }) => id)).toEqual(['m1', 'm2']);
      expect(await lettersOf(broker, 'default', 1)).toMatchObject([{ id: 'bad' }]);
      expect(errors.length).toBeLessThan(5);
      expect(subjects().filter((subject) => subject.startsWith('consumer'))).toEqual([]);
    });

    it('are created again by a consumer that nobody publishes to', async () => {
      const broker = await open();
      await broker.consume(WORKERS, () => {});
      await jsm.streams.delete(`${namespace}_WORK`);
      await eventually(() => jsm.consumers.info(`${namespace}_WORK`, WORKERS.durable), 'the consumer', {
        timeout: 20_000,
      });
    });

    it('are created again with everything in them, when the server comes back empty', async () => {
      await using folder = await temporaryFolder();
      const log = new SqliteEventStore(folder.join('events.db'));
      const broker = await open();
      const numbers = new Collector<number>();
      await broker.consume<{ n: number }>({ durable: 'counter', subject: COUNTED }, ({ data }) => numbers.add(data.n));
      await broker.relay(relayed(log));
      await appendNumbers(log, 0, 100);
      await numbers.reach(100);
      proxy.cut();
      await dropNamespace(url!, namespace);
      await appendNumbers(log, 100, 150);
      proxy.pass();
      await eventually(() => new Set(numbers.items).size === 150, 'all numbers', { timeout: 20_000 });
      await appendNumbers(log, 200, 250);
      await eventually(() => new Set(numbers.items).size === 200, 'all numbers', { timeout: 20_000 });
      await eventually(() => configOf('DEAD'), 'the stream of the dead letters');
      await eventually(() => jsm.streams.info(`KV_${namespace}_RELAY`), 'the bucket of the relay');
      await broker.close();
      await log.close();
    });

    it('do not stop a relay whose bucket alone is lost', async () => {
      await using folder = await temporaryFolder();
      const log = new SqliteEventStore(folder.join('events.db'));
      const broker = await open();
      const numbers = new Collector<number>();
      await broker.consume<{ n: number }>({ durable: 'counter', subject: COUNTED }, ({ data }) => numbers.add(data.n));
      await broker.relay(relayed(log));
      await appendNumbers(log, 0, 10);
      await numbers.reach(10);
      await jsm.streams.delete(`KV_${namespace}_RELAY`);
      await appendNumbers(log, 100, 110);
      await eventually(() => new Set(numbers.items).size === 20, 'all numbers');
      await eventually(() => jsm.streams.info(`KV_${namespace}_RELAY`), 'the bucket of the relay');
      await broker.close();
      await log.close();
    });
  });

  describe('and their settings', () => {
    it('are those that the process names, when it creates them', async () => {
      await open({ storage: 'memory', maxBytes: 1_000_000, maxAgeMs: 3_600_000 });
      const [worked, dead] = await Promise.all([configOf('WORK'), configOf('DEAD')]);
      expect(worked).toMatchObject({ storage: StorageType.Memory, max_bytes: 1_000_000, max_age: 0, num_replicas: 1 });
      expect(dead).toMatchObject({ storage: StorageType.Memory, max_bytes: 1_000_000, max_age: nanos(3_600_000) });
    });

    it('stay those that an operator gave them', async () => {
      const own = {
        ...{ max_age: WEEK, max_bytes: 5_000_000, max_msgs: 77, description: 'ours', duplicate_window: nanos(60_000) },
        discard: DiscardPolicy.Old,
      };
      await jsm.streams.add({
        ...{ ...own, name: `${namespace}_WORK`, retention: RetentionPolicy.Workqueue },
        subjects: [`${namespace}.work.>`],
      });
      await jsm.streams.add({
        ...own,
        name: `${namespace}_DEAD`,
        subjects: [`${namespace}.dead.>`, `${namespace}.more`],
      });
      const bucket = await raw.jetstream().views.kv(`${namespace}_RELAY`, { history: 5 });
      const broker = await open({ replicas: 3, maxBytes: 1_000, storage: 'memory' });
      expect(await configOf('WORK')).toMatchObject({
        ...own,
        storage: StorageType.File,
        subjects: [`${namespace}.work.>`, `${namespace}.ingest.>`],
      });
      expect(await configOf('DEAD')).toMatchObject({
        ...own,
        subjects: [`${namespace}.dead.>`, `${namespace}.more`],
      });
      expect((await bucket.status()).history).toBe(5);
      expect(conditions.list()[0]!.detail).toBe(
        `has 1 of the 3 replicas that TIDEMARK_NATS_REPLICAS names: nats stream edit ${namespace}_WORK --replicas 3`,
      );
      await broker.publish(work('m1', {}, 'tidemark.ingest.t.c'));
    });

    it('are refused by name when the server cannot have them', async () => {
      await expect(open({ replicas: 3, patienceMs: 500 })).rejects.toThrow(/TIDEMARK_NATS_REPLICAS/);
    });
  });

  describe('and the stream EVENTS of older releases', () => {
    const ofOlderRelease = () => ({
      ...{ name: `${namespace}_EVENTS`, subjects: [`${namespace}.evt.>`], discard: DiscardPolicy.New },
      ...{ storage: StorageType.File, max_age: WEEK, duplicate_window: nanos(120_000) },
    });

    it('keeps minutes instead of a week, and accepts what older processes publish', async () => {
      await jsm.streams.add(ofOlderRelease());
      await open();
      expect((await configOf('EVENTS')).max_age).toBe(nanos(120_000));
      const { seq } = await raw.jetstream().publish(`${namespace}.evt.job.X`, '{}', { msgID: 'e1' });
      expect(seq).toBe(1);
    });

    it('stays as it is when an operator changed it', async () => {
      await jsm.streams.add({ ...ofOlderRelease(), max_age: WEEK / 7 });
      await open();
      expect((await configOf('EVENTS')).max_age).toBe(WEEK / 7);
    });

    it('stays as it is when another program consumes it', async () => {
      await jsm.streams.add(ofOlderRelease());
      await jsm.consumers.add(`${namespace}_EVENTS`, { durable_name: 'theirs' });
      await open();
      expect((await configOf('EVENTS')).max_age).toBe(WEEK);
    });

    it('holds no work up when it is full', async () => {
      await using folder = await temporaryFolder();
      const log = new SqliteEventStore(folder.join('events.db'));
      await jsm.streams.add({ ...ofOlderRelease(), max_msgs: 1, max_age: WEEK / 2 });
      const broker = await open();
      const numbers = new Collector<number>();
      const heard = new Collector<unknown>();
      await broker.listen('tidemark.evt.>', ({ data }) => heard.add(data));
      await broker.consume<{ n: number }>({ durable: 'counter', subject: COUNTED }, ({ data }) => numbers.add(data.n));
      await broker.relay(relayed(log));
      await appendNumbers(log, 0, 50);
      await numbers.reach(50);
      await heard.reach(50);
      expect(errors).toEqual([]);
      await broker.close();
      await log.close();
    });
  });

  describe('that are full', () => {
    it('refuse work with the reason, and the relay goes on when there is room again', async () => {
      await using folder = await temporaryFolder();
      const log = new SqliteEventStore(folder.join('events.db'));
      const broker = await open({ maxBytes: 20_000, patienceMs: 300 });
      const fill = async () => {
        for (let i = 0; ; i++) await broker.publish(work(`m${i}`, 'x'.repeat(1_000)));
      };
      await expect(fill()).rejects.toThrow(/could not publish to .*: maximum bytes exceeded/);
      await broker.relay(relayed(log));
      await appendNumbers(log, 0, 40);
      await eventually(() => subjects().includes('relay numbers'), 'the condition');
      const numbers = new Collector<number>();
      await broker.consume<{ n: number }>({ durable: 'counter', subject: COUNTED }, ({ data }) => numbers.add(data.n));
      await broker.consume(WORKERS, () => {});
      await eventually(() => new Set(numbers.items).size === 40, 'all numbers', { timeout: 20_000 });
      await eventually(() => !subjects().includes('relay numbers'), 'the relay to be well', { timeout: 20_000 });
      await broker.close();
      await log.close();
    });

    it('of dead letters hold their messages back, and nothing else', async () => {
      await jsm.streams.add({
        ...{ name: `${namespace}_DEAD`, subjects: [`${namespace}.dead.>`], max_msgs: 1, discard: DiscardPolicy.New },
      });
      await raw.jetstream().publish(`${namespace}.dead.x`, '{}');
      const broker = await open();
      const { deliveries, take } = collecting();
      await broker.consume({ ...WORKERS, concurrency: 1 }, (delivery) => {
        if (delivery.id === 'bad') throw new Terminal('no such thing');
        take(delivery);
      });
      await broker.publish(work('bad'));
      await broker.publish(work('good'));
      await deliveries.reach(1);
      await eventually(() =>
        conditions.list().some(({ detail }) => /cannot be stored: .*maximum messages/.test(detail)),
      );
      await jsm.streams.purge(`${namespace}_DEAD`);
      expect(await lettersOf(broker, 'default', 1)).toMatchObject([{ id: 'bad' }]);
      await eventually(() => conditions.list().some(({ detail }) => detail.startsWith('1 to be redriven')));
    });
  });

  it('of dead letters are read as older releases filed them', async () => {
    const broker = await open();
    const js = raw.jetstream();
    const letter = (tenant: string) => ({
      ...{ subject: 'tidemark.work.runner.fetch', id: tenant, data: { tenant }, headers: {} },
      ...{ durable: 'workers', deliveryCount: 1, reason: 'why' },
    });
    for (const tenant of ['other', 'acme', 'other', 'acme'])
      await js.publish(`${namespace}.dead.workers`, JSON.stringify(letter(tenant)));
    await js.publish(`${namespace}.dead.workers`, 'not json');
    const letters = await broker.deadLetters.list('acme', { limit: 10 });
    expect(letters.map(({ key }) => Number.parseInt(key, 10))).toEqual([2, 4]);
    expect(await broker.deadLetters.list('default', { limit: 10 })).toMatchObject([
      { reason: 'not filed by Tidemark' },
    ]);
    const redriven = signal<unknown>();
    await broker.consume(WORKERS, ({ data }) => redriven.resolve(data));
    expect(await broker.deadLetters.redrive('acme', letters[1]!.key)).toBe(true);
    expect(await redriven.promise).toEqual({ tenant: 'acme' });
    expect(await broker.deadLetters.count()).toBe(4);
  });

  it('of dead letters are redriven once, when the process was killed before it could forget the letter', async () => {
    const broker = await open();
    let isMended = false;
    const handled = new Collector<string>();
    await broker.consume<{ n: number }>(WORKERS, ({ data }) => {
      if (!isMended) throw new Terminal('no such thing');
      handled.add(`m${data.n}`);
    });
    await broker.publish(work('m1', { n: 1 }));
    const [letter] = await lettersOf(broker, 'default', 1);
    isMended = true;
    // What a process does before it is killed, everything but the last step; then the server forgets the message's id.
    await jsm.streams.update(`${namespace}_WORK`, { duplicate_window: nanos(100) });
    const { header } = await jsm.streams.getMessage(`${namespace}_DEAD`, { seq: Number.parseInt(letter!.key, 10) });
    const again = redriven(letter!, header.get('Nats-Msg-Id'));
    await broker.publish(again);
    await eventually(async () => !(await broker.publish(again)).duplicate, 'the id to be forgotten');
    expect(await broker.deadLetters.redrive('default', letter!.key)).toBe(true);
    await broker.publish(work('m2', { n: 2 }));
    expect(await handled.reach(2)).toEqual(['m1', 'm2']);
    expect(await broker.deadLetters.count()).toBe(0);
  });

  it('share work fairly among processes', async () => {
    const [one, two] = [await open(), await open()];
    const shareOf = (data: unknown) => (data as { tenant: string }).tenant;
    const options = { ...WORKERS, maxDeliver: -1, concurrency: 4, shareOf };
    for (let i = 0; i < 2_000; i++) void one.publish(work(`large-${i}`, { tenant: 'large' }));
    await one.publish(work('small', { tenant: 'small' }));
    const served = new Collector<string>();
    const gate = signal();
    for (const broker of [one, two])
      await broker.consume<{ tenant: string }>(options, async ({ data, id }) => {
        if (data.tenant === 'large') await gate.promise;
        served.add(id);
      });
    expect(await served.reach(1)).toEqual(['small']);
    gate.resolve();
    await eventually(() => served.items.length === 2_001, 'all work', { timeout: 30_000 });
    expect(new Set(served.items).size).toBe(2_001);
  });

  it('report an error of the broker as unavailability', async () => {
    const broker = await open();
    proxy.cut();
    await expect(broker.deadLetters.list('acme', { limit: 1 })).rejects.toBeInstanceOf(BrokerUnavailable);
  });
});

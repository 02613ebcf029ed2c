import { copyFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '@tidemark/event-store';
import { randomNamespace, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { dropNamespace } from '../testing/nats-world.js';
import { appendNumbers, Collector, COUNTED, relayed } from '../testing/world.js';
import { NatsBroker } from './nats-broker.js';

const server = process.env['NATS_URL'];

(server ? describe : describe.skip)('a relay whose log was restored from an older copy (NATS_URL)', () => {
  let folder: TemporaryFolder;
  const namespace = randomNamespace();
  let log: SqliteEventStore;
  let broker: NatsBroker;
  const numbers = new Collector<number>();
  const path = () => folder.join('events.db');

  beforeEach(async () => {
    folder = await temporaryFolder();
    await start();
    await broker.consume({ durable: 'counter', subject: COUNTED, concurrency: 1 }, ({ data }) =>
      numbers.add((data as { n: number }).n),
    );
  });

  afterEach(async () => {
    await stop();
    await folder.remove();
    await dropNamespace(server!, namespace);
  });

  async function start() {
    log = new SqliteEventStore(path());
    broker = await NatsBroker.connect([server!], { namespace });
  }

  async function stop() {
    await broker.close();
    await log.close();
  }

  it('shares its bucket with the label of the broker', async () => {
    expect(await broker.label()).toBeUndefined();
    await broker.setLabel({ installation: 'a', n: [1] });
    expect(await broker.label()).toEqual({ installation: 'a', n: [1] });
  });

  it('publishes what is appended from then on, also when the log has grown past its position before', async () => {
    await appendNumbers(log, 0, 100);
    await log.history.installation();
    await log.close();
    copyFileSync(path(), folder.join('older.db'));
    log = new SqliteEventStore(path());
    await broker.relay(relayed(log));
    await appendNumbers(log, 100, 300);
    await numbers.reach(300);
    await stop();

    rmSync(path());
    copyFileSync(folder.join('older.db'), path());
    await start();
    await broker.consume({ durable: 'counter', subject: COUNTED, concurrency: 1 }, ({ data }) =>
      numbers.add((data as { n: number }).n),
    );
    await broker.relay(relayed(log));
    await appendNumbers(log, 1_000, 1_050);
    expect(new Set((await numbers.reach(350)).slice(300))).toEqual(
      new Set(Array.from({ length: 50 }, (_, n) => 1_000 + n)),
    );
    await stop();

    // Another copy, and this time it grows before any relay looks.
    rmSync(path());
    copyFileSync(folder.join('older.db'), path());
    await start();
    await appendNumbers(log, 2_000, 2_400);
    await broker.consume({ durable: 'counter', subject: COUNTED, concurrency: 1 }, ({ data }) =>
      numbers.add((data as { n: number }).n),
    );
    await broker.relay(relayed(log));
    await appendNumbers(log, 3_000, 3_001);
    const all = await numbers.reach(351 + 400);
    expect(Array.from({ length: 400 }, (_, n) => 2_000 + n).filter((n) => !all.includes(n))).toEqual([]);
  });
});

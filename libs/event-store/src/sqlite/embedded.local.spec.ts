import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@tidemark/test-kit';
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createEventStore } from '../create-event-store.js';
import { Unavailable } from '../errors.js';
import { Collector, newStream, oneEvent, readAll, someEvents } from '../testing/support.js';
import { SqliteEventStore } from './sqlite-event-store.js';

let folder: TemporaryFolder;
let path: string;
const opened: SqliteEventStore[] = [];

function open(): SqliteEventStore {
  const store = new SqliteEventStore(path);
  opened.push(store);
  return store;
}

beforeEach(async () => {
  folder = await temporaryFolder();
  path = folder.join('deep', 'events.db');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await folder.remove();
});

describe('SqliteEventStore', () => {
  it('counts how often the file was opened', async () => {
    for (const epoch of [1, 2, 3]) {
      const store = open();
      expect(store.epoch).toBe(epoch);
      await store.close();
    }
  });

  it('refuses a file that is open already', async () => {
    const store = open();
    expect(() => new SqliteEventStore(path)).toThrow(/events\.db is in use by another process/);
    await store.append(newStream(), someEvents(1), 'any'); // the refused one has not disturbed it
    await store.close();
    await open().ping();
  });

  it('reports a bad file in one line', () => {
    const text = folder.join('text.db');
    writeFileSync(text, 'this is not a database, just a long text with no meaning'.repeat(50));
    expect(() => new SqliteEventStore(text)).toThrow(`cannot open ${text}: file is not a database`);
    expect(() => new SqliteEventStore(`${text}/events.db`)).toThrow(/^cannot open .*text\.db\/events\.db: .*$/);
    const newer = folder.join('newer.db');
    const database = new DatabaseSync(newer);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => new SqliteEventStore(newer)).toThrow(/written by a newer version \(schema 99\)/);
  });

  it('rejects appends on a full disk, and continues when there is room', async () => {
    const store = open();
    const stream = newStream();
    await store.append(stream, someEvents(1), 'no_stream');
    const collector = new Collector(store);
    await collector.caughtUp;
    const pages = (count: number) => store['database'].exec(`PRAGMA max_page_count = ${count}`);
    pages(20);
    const large = () => oneEvent('x'.repeat(200_000));
    const appends = [store.append(stream, [large()], 0), store.append(newStream(), [large()], 'no_stream')];
    for (const result of await Promise.allSettled(appends)) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'EVENT_STORE_UNAVAILABLE', cause: { message: 'database or disk is full' } },
      });
    }
    pages(1_000_000);
    expect(await store.append(stream, someEvents(1), 0)).toEqual({ revision: 1, position: 1 });
    await collector.count(2);
    expect(collector.events.map((event) => event.position)).toEqual([0, 1]);
  });

  it('reads the log again for a subscriber that fell far behind', async () => {
    const store = open();
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const collector = new Collector(store, {}, () => {
      entered.resolve();
      return gate.promise;
    });
    await store.append('job-1', someEvents(1), 'no_stream');
    await entered.promise;
    for (let n = 1; n < 6_001; n += 100) await store.append('job-1', someEvents(100, n), n - 1);
    gate.resolve();
    await collector.count(6_001);
    expect(collector.events.map((event) => event.revision)).toEqual([...Array(6_001).keys()]);
    await store.append('job-1', someEvents(1), 6_000);
    await collector.count(6_002);
  });

  it('delivers events after all code that awaited their append has run', async () => {
    const store = open();
    const order: string[] = [];
    const collector = new Collector(store, {}, () => void order.push('subscriber'));
    await collector.caughtUp;
    const wrapped = async () => {
      await (async () => (await store.append(newStream(), someEvents(1), 'any')).revision)();
      await Promise.resolve();
      order.push('writer');
    };
    await Promise.all([wrapped(), collector.count(1)]);
    expect(order).toEqual(['writer', 'subscriber']);
  });

  it('lets the rest of the process run while it reads a long log', async () => {
    const store = open();
    for (let n = 0; n < 10_000; n += 1_000)
      await store.append('job-1', someEvents(1_000, n), n === 0 ? 'no_stream' : n - 1);
    let turns = 0;
    const count = () => void (turns++, (ticking = setImmediate(count)));
    let ticking = setImmediate(count);
    await new Promise<void>((resolve) => store.subscribe({ after: -1, onCaughtUp: resolve }, () => {}));
    const whileFollowing = turns;
    await readAll(store, 'job-1');
    clearImmediate(ticking);
    expect(whileFollowing).toBeGreaterThanOrEqual(15); // 20 batches of 500
    expect(turns - whileFollowing).toBeGreaterThanOrEqual(15);
  });

  it('moves the position of a subscription past events of other categories', async () => {
    const store = open();
    const collector = new Collector(store, { categories: ['job'] });
    await collector.caughtUp;
    const { position } = await store.append(newStream('other'), someEvents(3), 'any');
    await waitFor(() => collector.subscription.position === position);
    expect(collector.events).toEqual([]);
  });
});

describe('checkpoints', () => {
  it('are there after a restart, with the last value', async () => {
    const store = open();
    expect(store.checkpoints.get('relay')).toBeUndefined();
    store.checkpoints.set('relay', 1);
    store.checkpoints.set('relay', { position: 2 });
    expect(store.checkpoints.get('relay')).toEqual({ position: 2 });
    await store.close();
    expect(open().checkpoints.get('relay')).toEqual({ position: 2 });
  });

  it('are written with the next append, and by themselves when there is none', async () => {
    const store = open();
    const written = () => {
      const other = new DatabaseSync(path, { readOnly: true });
      const row = other.prepare(`SELECT value FROM checkpoints WHERE name = 'relay'`).get();
      other.close();
      return row?.['value'];
    };
    store.checkpoints.set('relay', 1);
    await store.append(newStream(), someEvents(1), 'any');
    expect(written()).toBe('1');
    store.checkpoints.set('relay', 2);
    await waitFor(() => written() === '2', 'the checkpoint to be written');
  });

  it('are not lost when the transaction that would write them fails', async () => {
    const store = open();
    const intruder = new DatabaseSync(path);
    intruder.exec('BEGIN IMMEDIATE');
    store.checkpoints.set('relay', 7);
    await expect(store.append(newStream(), someEvents(1), 'any')).rejects.toThrow(Unavailable);
    intruder.close();
    await store.close();
    expect(open().checkpoints.get('relay')).toBe(7);
  });
});

describe('createEventStore', () => {
  it('opens the file that a sqlite: URL names', async () => {
    for (const url of [`sqlite:${path}`, `sqlite://${path}`]) {
      const store = await createEventStore(url);
      await store.append('job-1', someEvents(1), 'any');
      await store.close();
    }
    expect(await readAll(open(), 'job-1')).toHaveLength(2);
  });

  it.each(['', 'events.db', 'sqlite:', 'mongodb://user:hidden@host', 'esdb://', 'esdb://:hidden@'])(
    'refuses %j in one line that names what is expected and no password',
    async (url) => {
      const error = await createEventStore(url).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error!.message).toMatch(/^event store URL: expected .*esdb:\/\/<host>:<port>.*$/);
      expect(error!.message).not.toContain('hidden');
    },
  );

  it('refuses a namespace that could be taken for a part of a stream name', async () => {
    await expect(createEventStore('esdb://localhost:2113?tls=false', { namespace: 'a.b' })).rejects.toThrow(
      /^namespace:/,
    );
  });
});

import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '@tidemark/event-store';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { freePort } from '../installations/free-port.js';
import { Program } from '../installations/program.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

const KEY = 'tmk_key-that-the-operator-chose';
const TIMEOUT_MS = 180_000;
/** A busy machine needs seconds to start a program. */
const PATIENT = { timeout: 60_000 };

let folder: TemporaryFolder;
let publisher: Publisher;
let program: Program;
let client: Client;
let port: number;

beforeEach(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
  port = await freePort();
});

afterEach(async () => {
  await program.stop();
  await publisher.stop();
  await folder.remove();
});

const log = (end = '') => folder.join(`events.db${end}`);

function begin(): Program {
  return (program = new Program('standalone', {
    TIDEMARK_DATA_DIR: folder.path,
    TIDEMARK_DEMO: 'off',
    TIDEMARK_API_KEY: KEY,
    TIDEMARK_HTTP_PORT: String(port),
    TIDEMARK_FETCH_ALLOW: Publisher.allow.join(','),
    TIDEMARK_CLAIM_TIMEOUT_MS: '3000',
    TIDEMARK_TENANT_MAX_RUNNING: '1',
    TIDEMARK_RATE_LIMIT: '0',
  }));
}

async function start(): Promise<void> {
  client = new Client(await begin().url(), KEY);
}

/** A copy of the log as it is now; the program is stopped for it. */
async function copy(): Promise<void> {
  await program.stop();
  await copyFile(log(), folder.join('older.db'));
}

/** `kill -9`, and the older copy instead of the log, whose WAL is left where it is. */
async function restore(): Promise<void> {
  program.signal('SIGKILL');
  await program.ended;
  await copyFile(folder.join('older.db'), log());
}

const ids = async (path: string): Promise<string[]> => {
  const { status, body } = await client.get(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body.data.map(({ id }: { id: string }) => id).sort();
};

/** A sync that finds a new version of the description. */
async function syncNew(connectionId: string, version: number): Promise<string> {
  publisher.publish(described(version));
  const job = await client.sync(connectionId);
  expect(job).toMatchObject({ state: 'completed', lastError: null });
  return job.id;
}

/** The installation works, and has these connections and jobs and no others. */
async function expectAll(connections: readonly string[], jobs: readonly string[]): Promise<void> {
  await eventually(
    async () => (await ids('/v1/jobs')).join() === [...jobs].sort().join(),
    'the jobs to be those of the log',
    PATIENT,
  );
  expect(await ids('/v1/connections')).toEqual([...connections].sort());
  expect((await client.get('/readyz')).status).toBe(200);
}

describe('a log that was restored from an older copy, with the views kept', () => {
  it(
    'forgets what it lost, and goes on with the rest',
    async () => {
      await start();
      const kept = await client.connect(publisher.source());
      const jobs = [await syncNew(kept, 1), await syncNew(kept, 2)];
      await copy();
      await start();
      const lost = await client.connect(publisher.source());
      const phantoms = [await syncNew(lost, 3), await syncNew(kept, 4)];
      const release = publisher.hold(described(5));
      phantoms.push(await client.order(lost), await client.order(kept), await client.order(kept));
      await eventually(async () => (await ids('/v1/jobs')).length === 7, 'the jobs to be listed', PATIENT);
      await restore();
      release();

      await start();
      for (const phantom of phantoms) expect((await client.get(`/v1/jobs/${phantom}`)).status).toBe(404);
      await expectAll([kept], jobs);
      jobs.push(await syncNew(kept, 6));
      const added = await client.connect(publisher.source());
      jobs.push(await syncNew(added, 7));
      await expectAll([kept, added], jobs);
      // Once: the next start finds nothing to do.
      await program.stop();
      expect(program.stderr).toMatch(/rebuilding/);
      await start();
      await expectAll([kept, added], jobs);
      await program.stop();
      expect(program.stderr).toBe('');
    },
    TIMEOUT_MS,
  );

  it(
    'finishes a job that had not ended in the copy',
    async () => {
      await start();
      const connection = await client.connect(publisher.source());
      const release = publisher.hold(described(1));
      const job = await client.order(connection);
      await eventually(() => publisher.fetches() > 0, 'the job to run', PATIENT);
      program.signal('SIGKILL');
      await program.ended;
      await copyFile(log(), folder.join('older.db'));
      await copyFile(log('-wal'), folder.join('older.db-wal'));
      await start();
      release();
      expect(await client.ended(job)).toMatchObject({ state: 'completed' });
      await restore();
      await copyFile(folder.join('older.db-wal'), log('-wal'));
      await start();
      expect(await client.ended(job)).toMatchObject({ state: 'completed' });
      await expectAll([connection], [job, await syncNew(connection, 2)]);
    },
    TIMEOUT_MS,
  );

  it(
    'goes on from nothing when it was emptied',
    async () => {
      await start();
      await syncNew(await client.connect(publisher.source()), 1);
      program.signal('SIGKILL');
      await program.ended;
      for (const end of ['', '-wal', '-shm']) await rm(log(end), { force: true });
      await new SqliteEventStore(log()).close();
      await start();
      const connection = await client.connect(publisher.source());
      await expectAll([connection], [await syncNew(connection, 2)]);
    },
    TIMEOUT_MS,
  );

  it(
    'is noticed while the program runs',
    async () => {
      await start();
      const kept = await client.connect(publisher.source());
      const jobs = [await syncNew(kept, 1)];
      await copy();
      await start();
      await syncNew(await client.connect(publisher.source()), 2);
      await rename(folder.join('older.db'), log());
      await eventually(
        async () => {
          const listed = await ids('/v1/jobs').catch(() => []);
          return listed.join() === jobs.join();
        },
        'the program to read the other log',
        PATIENT,
      );
      await expectAll([kept], jobs);
      jobs.push(await syncNew(kept, 3));
      await expectAll([kept], jobs);
      expect(program.stderr).toMatch(/starting again: .*events\.db was replaced/);
    },
    TIMEOUT_MS,
  );
});

describe('a log that cannot be used', () => {
  it.each([
    ['is missing', () => rm(log()), /TIDEMARK_EVENT_STORE: .*events\.db is missing or empty, and .*views\.db/],
    [
      'is damaged',
      async () => {
        const bytes = await readFile(log());
        for (let at = bytes.indexOf('JobCreated'); at >= 0; at = bytes.indexOf('JobCreated', at + 1)) bytes[at] = 75;
        await writeFile(log(), bytes);
      },
      /TIDEMARK_EVENT_STORE: .*events\.db: the event at position \d+ .*damaged; restore the file from a backup/,
    ],
  ])('ends the start with its reason and the next step when it %s', async (_, spoil, message) => {
    await start();
    await client.sync(await client.connect());
    await program.stop();
    await spoil();
    begin();
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.stderr).toMatch(message);
    expect(program.stderr.trim().split('\n')).toHaveLength(1);
  });
});

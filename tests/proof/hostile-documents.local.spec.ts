import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { Program } from '../installations/program.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';
import { hostileDocuments } from './testing/hostile-documents.js';

const KEY = 'tmk_an-installation-among-hostile-documents';
/** Milliseconds within which /healthz must be answered, whatever the documents. */
const MOST_MS = 100;
const MONITOR = new URL('./testing/loop-monitor.mjs', import.meta.url);

let folder: TemporaryFolder;
let program: Program;
let client: Client;
let other: Client;
let publisher: Publisher;
let ordinary: string;
let edition = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
  program = new Program('standalone', {
    TIDEMARK_DATA_DIR: folder.path,
    TIDEMARK_API_KEY: KEY,
    TIDEMARK_FETCH_ALLOW: Publisher.allow[0]!,
    TIDEMARK_DEMO: 'off',
    TIDEMARK_RATE_LIMIT: '0',
    NODE_OPTIONS: `--import ${fileURLToPath(MONITOR)}`,
    LOOP_MONITOR_FILE: folder.join('longest'),
  });
  client = new Client(await program.url(), KEY);
  const { key } = await client.newKey('globex', 'read', 'write');
  other = new Client(client.url, key);
  ordinary = await other.connect(publisher.source('/ordinary'));
  // The monitor begins when the start is over.
  while (longest() === 0) await syncOrdinary();
}, 60_000);
afterAll(async () => {
  await program.stop();
  await publisher.stop();
  await folder.remove();
});

const longest = (): number => {
  try {
    return Number(readFileSync(folder.join('longest'), 'utf8'));
  } catch {
    return 0;
  }
};

async function syncOrdinary(): Promise<void> {
  publisher.publish(described(1 + (edition++ % 2)), '/ordinary');
  expect(await other.sync(ordinary)).toMatchObject({ state: 'completed', result: 'succeeded' });
}

/** Syncs again and again for the other tenant until the work is done. */
async function meanwhile<T>(work: Promise<T>): Promise<T> {
  let ended = false;
  const done = work.finally(() => (ended = true));
  while (!ended) {
    await syncOrdinary();
    expect((await client.get('/healthz')).status).toBe(200);
  }
  return done;
}

describe('a tenant whose publisher has', () => {
  it.each(Object.entries(hostileDocuments))(
    '%s holds up neither the process nor another tenant',
    async (name, make) => {
      const { files, next } = make();
      for (const [path, text] of Object.entries(files)) publisher.publish(text, path);
      const connection = await client.connect(publisher.source('/api'), { name });
      const versions = next === undefined ? [files['/api']!] : [files['/api']!, next];
      for (const version of versions) {
        publisher.publish(version, '/api');
        const job = await meanwhile(client.sync(connection));
        // What is too much ends for good, and says why.
        if (job.state !== 'completed')
          expect(job).toMatchObject({
            state: 'failed',
            attempt: 1,
            lastError: { code: expect.stringMatching(/^(SOURCE_|OUT_OF_)/) },
          });
        expect(JSON.stringify(job)).not.toMatch(/invalid string length|INTERNAL/i);
      }
      const [snapshot] = (await client.get(`/v1/connections/${connection}/snapshots`)).body.data;
      if (snapshot) {
        const page = await meanwhile(client.get(`/v1/snapshots/${snapshot.id}/operations?perPage=1`));
        expect([200, 413]).toContain(page.status);
      }
      expect(longest()).toBeLessThan(MOST_MS);
    },
    400_000,
  );
});

describe('a tenant whose ignore rules are made to backtrack', () => {
  it('holds up neither the process nor another tenant', async () => {
    const path = `/${'a'.repeat(500)}`;
    const version = (paths: object) => JSON.stringify({ openapi: '3.1.0', info: { title: 't', version: '1' }, paths });
    publisher.publish(version({}), '/api');
    const connection = await client.connect(publisher.source('/api'), { name: 'rules' });
    const rule = { operation: `GET /${'*a'.repeat(30)}b`, reason: 'slow' };
    expect((await client.post(`/v1/connections/${connection}/ignores`, rule)).status).toBe(201);
    await client.sync(connection);
    publisher.publish(version({ [path]: { get: { responses: {} } } }), '/api');
    expect(await meanwhile(client.sync(connection))).toMatchObject({ state: 'completed' });
    const changes = await meanwhile(client.get(`/v1/connections/${connection}/changes?ignored=false`));
    expect(changes.body.data).toMatchObject([{ operation: `GET ${path}`, ignored: null }]);
    expect(longest()).toBeLessThan(MOST_MS);
  }, 60_000);
});

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomNamespace, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { parse, stringify } from 'yaml';
import { History } from './testing/history.js';
import { startInstallation, type Installation } from '../installations/installation.js';
import { embedded, serverUrls } from '../installations/urls.js';
import { readLog } from './testing/log.js';
import { Publisher } from '../publishers/publisher.js';

const DATA = process.env['OPENAPI_DATA'];
/** Small enough for the slowest servers. */
const SMALL = 'netlify-v2';

const pairs = DATA === undefined ? [] : readdirSync(join(DATA, 'pairs')).sort();

/** One version of a real description, as it was published. */
function published(pair: string, version: 'old' | 'new'): string {
  const folder = join(DATA!, 'pairs', pair);
  const file = readdirSync(folder).find((name) => basename(name).startsWith(`${version}.`));
  if (!file) throw new Error(`OPENAPI_DATA: pair ${pair} has no ${version} version`);
  return readFileSync(join(folder, file), 'utf8');
}

/** The same value with the keys of every object in reverse order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, child]) => [key, reordered(child)]));
}

const isJson = (text: string) => text.trimStart().startsWith('{');

let publisher: Publisher;

beforeAll(async () => {
  publisher = await Publisher.start();
});

afterAll(() => publisher.stop());

/** Old, new, new again, new written differently: one baseline, one snapshot more, its changes, and nothing else. */
async function expectChangesOnce(on: Installation, pair: string): Promise<void> {
  const path = `/${pair}`;
  const connectionId = await on.connect(publisher.url(path));
  const sync = async (text: string) => {
    publisher.publish(text, path);
    const { id } = await on.create(connectionId);
    const job = await on.finished(id, 240_000);
    await on.committed(connectionId, id);
    return job;
  };
  const [before, after] = [published(pair, 'old'), published(pair, 'new')];
  const document: unknown = isJson(after) ? JSON.parse(after) : parse(after, { merge: true, maxAliasCount: -1 });
  const other = reordered(document);

  expect(await sync(before)).toMatchObject({ state: 'completed', result: 'succeeded', lastError: null });
  expect(await sync(after)).toMatchObject({ state: 'completed', result: 'succeeded', lastError: null });
  expect(await sync(after)).toMatchObject({ state: 'completed', result: 'unchanged' });
  expect(await sync(JSON.stringify(other))).toMatchObject({ state: 'completed', result: 'unchanged' });
  expect(await sync(stringify(other, { aliasDuplicateObjects: false }))).toMatchObject({
    state: 'completed',
    result: 'unchanged',
  });

  const history = new History(await readLog(on.adapters.eventStore));
  const [baseline, second, ...more] = history.snapshotsOf(connectionId);
  expect(more).toEqual([]);
  expect(history.changesOf(baseline!.snapshotId)).toEqual([]);
  const changes = history.changesOf(second!.snapshotId);
  const ids = changes.flatMap((set) => set.ids);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
  expect(history.ofType('ChangesDetected', connectionId)).toHaveLength(1);
  expect(history.cursorOf(connectionId)).toBe(second!.snapshotId);
}

const withData = DATA === undefined ? describe.skip : describe;

withData('real descriptions through the whole pipeline (OPENAPI_DATA)', () => {
  let folder: TemporaryFolder;
  let on: Installation;

  beforeAll(async () => {
    folder = await temporaryFolder();
    on = await startInstallation({ urls: embedded(folder.path) });
  });

  afterAll(async () => {
    await on.stop();
    await folder.remove();
  });

  it('has pairs to work with', () => expect(pairs).toContain(SMALL));

  it.each(pairs)(
    '%s: a baseline, its changes once, and none for the same written differently',
    async (pair) => {
      await expectChangesOnce(on, pair);
      expect(on.errors).toEqual([]);
    },
    300_000,
  );
});

const urls = serverUrls();
const withServers = DATA === undefined || urls === undefined ? describe.skip : describe;

withServers('a real description through the real servers (OPENAPI_DATA, NATS_URL, EVENTSTORE_URL, MONGODB_URL)', () => {
  it(`${SMALL}: a baseline, its changes once, and none for the same written differently`, async () => {
    const on = await startInstallation({ urls: urls!, namespace: randomNamespace() });
    await expectChangesOnce(on, SMALL);
    await on.stop();
  }, 300_000);
});

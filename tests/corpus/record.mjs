// Records what one version of Tidemark writes: its data folder as a `kill -9` leaves it, its log, its views, the messages
// of its services, and the responses of its API. Run it on a built checkout of that version; the result is committed.
//
//   git worktree add /tmp/version COMMIT && cd /tmp/version && npm ci && npx tsc -b
//   node tests/corpus/record.mjs /tmp/version
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { RecordedPublisher, Recording } from './recorder/recording.mjs';
import { past, present, standstill } from './recorder/story.mjs';

const checkout = resolve(process.argv[2] ?? '.');
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: checkout, encoding: 'utf8' }).trim();
const target = join(import.meta.dirname, 'recorded');
const work = mkdtempSync(join(tmpdir(), 'tidemark-corpus-'));
const dataDir = join(work, 'data');

const publisher = new RecordedPublisher();
await publisher.start();
const on = new Recording(checkout, dataDir);
const ids = await past(on, publisher);
await standstill(on, publisher, ids);
const recordedAt = await present(on, publisher, ids);
await viewsToCatchUp();
const answers = await answersOf(ids);
const views = await viewsAsStored();
const log = await on.order({ ask: 'log' });
await on.kill();
publisher.stop();

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const file of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
  if (!file.isFile() || /\.lock$|-shm$/.test(file.name)) continue;
  const from = join(file.parentPath, file.name);
  const to = join(target, 'data', `${relative(dataDir, from)}.gz`);
  mkdirSync(join(to, '..'), { recursive: true });
  writeFileSync(to, gzipSync(readFileSync(from), { level: 9 }));
}
writeLines('events.jsonl', log);
writeLines('messages.jsonl', on.messages.filter(isFirst()));
writeLines('views.jsonl', views);
writeLines('answers.jsonl', answers);
writeFileSync(join(target, 'about.json'), `${JSON.stringify({ commit, recordedAt, ...ids }, null, 2)}\n`);
rmSync(work, { recursive: true });
console.log(
  `${log.length} events, ${on.messages.length} messages, ${views.length} documents, ${answers.length} answers`,
);

function writeLines(name, lines) {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(target, `${name}.gz`), gzipSync(text, { level: 9 }));
}

/** After a restart the relay maps the last events again, to the same messages. */
function isFirst() {
  const known = new Set();
  return ({ kind, id }) => kind !== 'relayed' || (!known.has(id) && known.add(id) !== undefined);
}

async function viewNames() {
  const { views: definitions } = await import(join(checkout, 'libs/contracts/dist/index.js'));
  return [...Object.values(definitions), { name: 'api-keys', version: 1, indexes: [] }];
}

/** A view's position is that of the last event of its categories, which may be before the head of the log. */
async function viewsToCatchUp() {
  const definitions = await viewNames();
  const positions = () =>
    Promise.all(definitions.map((definition) => on.order({ ask: 'viewPosition', definition }))).then(String);
  for (let before = '', now = await positions(); now !== before; now = await positions()) {
    before = now;
    await sleep(2000);
  }
}

async function viewsAsStored() {
  const stored = [];
  for (const definition of await viewNames())
    for (const document of await on.order({ ask: 'view', definition }))
      stored.push({ view: definition.name, document });
  return stored;
}

/** Every list and item that the API has of this installation, for each of its tenants. */
async function answersOf({ keys }) {
  const gathered = [];
  for (const key of ['admin', 'acme', 'globex']) {
    const get = async (path) => {
      const body = await on.get(path, keys[key]);
      gathered.push({ key, path, body });
      return body;
    };
    const connections = (await get('/v1/connections?perPage=200')).data;
    const jobs = (await get('/v1/jobs?perPage=200')).data;
    await get('/v1/providers');
    for (const { id } of (await get('/v1/providers?perPage=200')).data) await get(`/v1/providers/${id}`);
    if (key === 'admin') await get('/v1/keys?perPage=200');
    for (const state of ['pending', 'running', 'completed', 'failed', 'cancelled'])
      await get(`/v1/jobs?state=${state}`);
    for (const { id, source } of connections) await connection(get, id, source.connector);
    for (const { id } of jobs.slice(0, 30)) await job(get, id);
  }
  return gathered;
}

async function connection(get, id, connector) {
  const at = `/v1/connections/${id}`;
  for (const path of ['', '/cursor', '/jobs', '/ignores']) await get(`${at}${path}`);
  const snapshots = (await get(`${at}/snapshots`)).data;
  for (const snapshot of snapshots)
    for (const path of ['', '/operations', '/raw']) await get(`/v1/snapshots/${snapshot.id}${path}`);
  for (const change of (await get(`${at}/changes`)).data) await get(`/v1/changes/${change.id}`);
  if (connector === 'openapi' && snapshots.length > 1) await get(`${at}/comparison`);
}

async function job(get, id) {
  const { endedAt } = await get(`/v1/jobs/${id}`);
  const { data } = await get(`/v1/jobs/${id}/timeline`);
  for (const { revision } of data) await get(`/v1/jobs/${id}/state?revision=${revision}`);
  if (endedAt) await get(`/v1/jobs/${id}/events`);
}

// The cost of a comparison beside its unavoidable part (generate the rows, make them canonical, hash them), each
// case in a process of its own: node libs/row-diff/bench/row-diff.bench.mjs [million rows …]. Needs a build.
// SQLite: the alternative without this library, a table of key and hash for each run, and joins. Times are those of
// the best run. A ratio is to the floor of the same turn, and the median of all turns: so it is least disturbed by what else
// the machine does, and that of the main thread's processor time even less.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPANIES = ['Globex Corporation', 'Initech Limited', 'Umbrella Holdings', 'Stark Industries International'];
const COUNTRIES = ['Germany', 'France', 'United States', 'Japan', 'Brazil', 'Kenya', 'New Zealand'];
const NOTES = [
  'Prefers to be called in the morning, before ten',
  'Pays by invoice within thirty days of delivery',
  'Asked for a quotation of the larger package',
];

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--case') await measured(...rest);
else main(mode === undefined ? [1, 5] : [mode, ...rest].map(Number));

function main(sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const rows = [];
  for (const millions of sizes) {
    const count = millions * 1e6;
    const turns = millions > 2 ? 3 : 5;
    const previous = run(folder, count, 'new').id;
    // Interleaved, so that a disturbance of the machine affects all of them.
    const cases = ['floor', 'unchanged', 'onePercent', 'new'];
    const runs = Array.from({ length: turns }, () => cases.map((name) => run(folder, count, name, previous)));
    const best = cases.map((_, i) => ({
      ...runs.map((turn) => turn[i]).sort((a, b) => a.ms - b.ms)[0],
      ratio: median(runs.map((turn) => turn[i].ms / turn[0].ms)),
      cpuRatio: median(runs.map((turn) => turn[i].cpu / turn[0].cpu)),
    }));
    if (millions <= 1) {
      const result = run(folder, count, 'sqlite');
      best.push({ ...result, ratio: result.ms / best[0].ms, cpuRatio: result.cpu / best[0].cpu });
    }
    for (const result of best) {
      rows.push({
        rows: `${millions}M`,
        case: result.name,
        ms: Math.round(result.ms),
        'of it commit': Math.round(result.commit ?? 0),
        ratio: Number(result.ratio.toFixed(2)),
        'ratio (CPU)': Number(result.cpuRatio.toFixed(2)),
        aim: result.name === 'unchanged' || result.name === 'onePercent' ? (millions > 2 ? 1.25 : 1.3) : '',
        'peak MiB': result.mib,
        'on disk MiB': Math.round((result.spilled ?? 0) / 2 ** 20),
        'bytes a row': result.bytes ? Number((result.bytes / count).toFixed(1)) : '',
      });
    }
  }
  console.table(rows);
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >>> 1];
}

function run(folder, count, name, previous = '') {
  const args = [fileURLToPath(import.meta.url), '--case', folder, String(count), name, previous];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 24 });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout);
}

async function measured(folder, count, name, previous) {
  const cases = { floor, sqlite };
  const began = performance.now();
  const result = await (cases[name] ?? engine)(Number(count), name, folder, previous);
  const ms = performance.now() - began;
  const mib = Math.round(process.resourceUsage().maxRSS / 1024);
  const { user, system } = process.threadCpuUsage();
  console.log(JSON.stringify({ name, ms, mib, cpu: (user + system) / 1000, ...result }));
}

async function engine(count, name, folder, previous) {
  const { compare } = await import('../dist/index.js');
  const { FileBlobStore } = await import('@tidemark/blob-store');
  const snapshots = new FileBlobStore(join(folder, 'blobs'));
  const comparison = compare(rowsOf(count, name === 'onePercent' ? 100 : 0), {
    ...{ key: ['id'], snapshots, tempDir: folder },
    ...(name === 'new' ? {} : { previous }),
  });
  let found = 0;
  for await (const difference of comparison) found += difference.row === undefined ? 0 : 1;
  const expected = { new: count, unchanged: 0, onePercent: count / 100 }[name];
  if (found !== expected) throw new Error(`${name}: ${found} differences, expected ${expected}`);
  const read = performance.now();
  const { id, bytes } = await comparison.commit();
  return { id, bytes, spilled: comparison.spilledBytes, commit: performance.now() - read };
}

/** The same rows from the same kind of source, through the engine's own canonical form and hash, and nothing else. */
async function floor(count) {
  const { CanonicalRow } = await import('../dist/intake/canonical-row.js');
  const canonical = new CanonicalRow(['id'], Object.keys(rowOf(0, 0)).slice(1).sort());
  for await (const row of rowsOf(count, 0)) canonical.read(row, 0);
}

/** Tables of key and hash, and three joins; the previous table already exists and is not counted. */
async function sqlite(count, _name, folder) {
  const { DatabaseSync } = await import('node:sqlite');
  const { createHash } = await import('node:crypto');
  const database = new DatabaseSync(join(folder, 'rows.db'));
  database.exec('pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-100000');
  const fill = async (table) => {
    database.exec(
      `drop table if exists ${table}; create table ${table} (id integer primary key, hash blob) without rowid`,
    );
    const insert = database.prepare(`insert or ignore into ${table} values (?, ?)`);
    database.exec('begin');
    for await (const row of rowsOf(count, 0)) {
      insert.run(row.id, createHash('md5').update(JSON.stringify(row)).digest());
    }
    database.exec('commit');
  };
  await fill('before');
  const began = performance.now();
  const before = process.threadCpuUsage();
  await fill('now');
  const found = database
    .prepare(
      `select (select count(*) from now left join before using (id) where before.id is null)
            + (select count(*) from before left join now using (id) where now.id is null)
            + (select count(*) from now join before using (id) where now.hash <> before.hash) as n`,
    )
    .get().n;
  if (found !== 0) throw new Error(`${found} differences, expected none`);
  const ms = performance.now() - began;
  const { user, system } = process.threadCpuUsage(before);
  database.close();
  return { ms, cpu: (user + system) / 1000 };
}

/** Rows of 10 columns and about 200 bytes, in no order of their keys. */
async function* rowsOf(count, changeEvery) {
  for (let i = 0; i < count; i++) yield rowOf((i * 7_368_787) % count, changeEvery);
}

function rowOf(id, changeEvery) {
  const changed = changeEvery > 0 && id % changeEvery === 0;
  return {
    id,
    email: `customer-${id}@example-${id % 977}.com`,
    name: `Customer number ${id}`,
    company: COMPANIES[id % COMPANIES.length],
    country: COUNTRIES[id % COUNTRIES.length],
    active: id % 3 !== 0,
    balance: ((id * 37) % 100_000) / 100 + (changed ? 1 : 0),
    orders: id % 211,
    updated_at: new Date(1_700_000_000_000 + id * 1000),
    note: `${NOTES[id % NOTES.length]} ${id % 89}`,
  };
}

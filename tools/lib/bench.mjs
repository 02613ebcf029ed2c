// Shared code of the job benchmarks: a closed loop, a paced loop, percentiles, the raw floor of the store, and rows of output.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A temporary folder that is removed when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `action(worker)` until `count` have been done, `inFlight` at a time; jobs per second. */
export async function closedLoop(count, inFlight, action) {
  let left = count;
  const began = performance.now();
  const worker = async (_, index) => {
    while (left-- > 0) await action(index);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return count / ((performance.now() - began) / 1000);
}

/** Starts `action(index)` at a steady rate, regardless of whether earlier ones have ended. */
export async function paced(count, perSecond, action) {
  const began = performance.now();
  const running = [];
  for (let index = 0; index < count; index += 1) {
    const wait = began + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    running.push(action(index));
  }
  await Promise.all(running);
}

export function percentile(values, p) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))];
}

/** Rows of a job's events per second that plain SQLite writes in successive commits of 100: the store's floor. */
export function sqliteFloor(folder, eventsPerJob, jobs = 4000) {
  const database = new DatabaseSync(join(folder, 'floor.db'));
  database.exec('pragma page_size=8192; pragma journal_mode=wal; pragma synchronous=full');
  database.exec(
    'create table events (pos integer primary key, sid integer, rev integer, id text, type text, data text, meta text, ts integer)',
  );
  database.exec('create unique index by_stream on events (sid, rev)');
  const insert = database.prepare(
    'insert into events (sid, rev, id, type, data, meta, ts) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const data = JSON.stringify({ text: 'x'.repeat(200) });
  const meta = JSON.stringify({ tenant: 'default', actor: 'runner' });
  const rows = jobs * eventsPerJob;
  const began = performance.now();
  for (let row = 0; row < rows; row += 100) {
    database.exec('begin immediate');
    for (let n = row; n < row + 100; n += 1)
      insert.run(
        Math.floor(n / eventsPerJob),
        n % eventsPerJob,
        `01a202fa-48b8-71d0-a1d3-${String(n).padStart(12, '0')}`,
        'JobCreated',
        data,
        meta,
        began,
      );
    database.exec('commit');
  }
  const perSecond = jobs / ((performance.now() - began) / 1000);
  database.close();
  return perSecond;
}

/** Bytes of the files that exist. */
export const bytesOf = (...files) =>
  files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);

export const peakMemoryMb = () => Math.round(process.resourceUsage().maxRSS / 1024);

export function row(what, value, unit, floor) {
  const ratio = floor === undefined ? '' : `   floor ${Math.round(floor)}   ratio ${(value / floor).toFixed(2)}`;
  console.log(
    `${what.padEnd(64)} ${(value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)).padStart(9)} ${unit}${ratio}`,
  );
}

// Peak memory and time of `rows diff` on two files of a million rows, 1 % of which differ, as CSV and as JSON lines; fails
// above the memory that the README promises: node services/cli/bench/rows-diff.bench.mjs [rows]. Needs a build.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const AIM_MIB = 300;
const COLUMNS = 'id email name company country active balance orders updated_at note'.split(' ');

const count = Number(process.argv[2] ?? 1_000_000);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const watch = `process.on('exit', () => process.stderr.write('\\n' + (process.resourceUsage().maxRSS >> 10)))`;
const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const figures = ['csv', 'jsonl'].map(measured);
console.table(figures);
process.exitCode = figures.some((figure) => figure['peak MiB'] > AIM_MIB) ? 1 : 0;

function measured(format) {
  write(`old.${format}`, 0);
  write(`new.${format}`, 1);
  const began = performance.now();
  const argv = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, main];
  const files = ['rows', 'diff', `old.${format}`, `new.${format}`, '--key', 'id', '--limit', '0', '--json'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...argv, ...files], {
    ...{ encoding: 'utf8', env: { ...process.env, INIT_CWD: folder } },
  });
  if (status !== 0 || JSON.parse(stdout).changed !== count / 100) throw new Error(`${format}: ${stdout}${stderr}`);
  return {
    ...{ rows: count, format, ms: Math.round(performance.now() - began) },
    ...{ 'peak MiB': Number(stderr.trim().split('\n').at(-1)), aim: AIM_MIB },
  };
}

function write(name, change) {
  const file = openSync(join(folder, name), 'w');
  const csv = name.endsWith('.csv');
  let text = csv ? `${COLUMNS.join(',')}\n` : '';
  for (let i = 0; i < count; i++) {
    const row = rowOf((i * 7_368_787) % count, change);
    text += `${csv ? row.join(',') : JSON.stringify(Object.fromEntries(COLUMNS.map((name, at) => [name, row[at]])))}\n`;
    if (text.length > 1e6 || i === count - 1) {
      writeSync(file, text);
      text = '';
    }
  }
  closeSync(file);
}

/** About 170 bytes. */
function rowOf(id, change) {
  return [
    ...[id, `customer-${id}@example-${id % 977}.com`, `Customer number ${id}`, 'Globex Corporation', 'Germany'],
    ...[id % 3 !== 0, ((id * 37) % 100_000) / 100 + (id % 100 === 0 ? change : 0), id % 211],
    ...[new Date(1.7e12 + id * 1000).toISOString(), `Prefers to be called in the morning ${id % 89}`],
  ];
}

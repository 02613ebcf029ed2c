// How long two versions of a real description take from disk to result, as a whole process, beside a process that
// only parses the same two files: node libs/openapi-diff/bench/openapi-diff.bench.mjs [pair …]
// OPENAPI_DATA names the folder with the pairs; without it there is nothing to measure. Needs a build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [mode, ...names] = process.argv.slice(2);
if (mode === '--floor') floor(names);
else if (mode === '--compare') await compareFiles(names);
else main(mode === undefined ? [] : [mode, ...names]);

function main(only) {
  const data = process.env.OPENAPI_DATA;
  if (data === undefined) {
    console.log('OPENAPI_DATA is not set: no documents to compare');
    return;
  }
  const pairs = only.length > 0 ? only : readdirSync(join(data, 'pairs')).sort();
  const aims = { github: '1500 ms, 300 MiB', 'stripe-far': '1000 ms, 1000 changes', openai: '3000 ms' };
  const rows = pairs.map((pair) => {
    const files = ['old', 'new'].map((version) => fileOf(join(data, 'pairs', pair), version));
    const parsed = best('--floor', files);
    const compared = best('--compare', files);
    return {
      pair,
      changes: compared.changes,
      'ms (whole process)': compared.ms,
      'ms (parse only)': parsed.ms,
      ratio: Number((compared.ms / parsed.ms).toFixed(2)),
      'CPU ms': compared.cpu,
      'peak MiB': compared.mib,
      aim: aims[pair] ?? '',
    };
  });
  console.table(rows);
}

/** The fastest of three runs: the others were disturbed. */
function best(mode, files) {
  const runs = [1, 2, 3].map(() => {
    const started = performance.now();
    const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), mode, ...files], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    return { ...JSON.parse(run.stdout), ms: Math.round(performance.now() - started) };
  });
  return runs.sort((a, b) => a.ms - b.ms)[0];
}

function fileOf(folder, version) {
  return [`${version}.json`, `${version}.yaml`].map((name) => join(folder, name)).find(existsSync);
}

/** What cannot be avoided: the parser of the format, nothing else. */
function floor(files) {
  const { parse } = createRequire(import.meta.url)('yaml');
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    if (file.endsWith('.json')) JSON.parse(text);
    else parse(text, { merge: true, maxAliasCount: -1 });
  }
  report({});
}

async function compareFiles(files) {
  const { compare, parse } = await import('../dist/index.js');
  const [before, after] = files.map((file) => parse(readFileSync(file), { source: file }));
  report({ changes: compare(before, after).changes.length });
}

function report(found) {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpu = Math.round((userCPUTime + systemCPUTime) / 1000);
  console.log(JSON.stringify({ ...found, cpu, mib: Math.round(maxRSS / 1024) }));
}

// npm run verify: everything that can be checked without a server, two checks at a time, each reported once.
// `npm run verify -- lint types` runs the named ones only.
import { spawn } from 'node:child_process';
import { changedPackages } from './lib/changed-packages.mjs';
import { ensureInstalled, packages, projectEnv, root, sourcesOf } from './lib/workspace.mjs';

const lanes = 2;
const sources = packages().map(sourcesOf);

const unitTests = changedPackages();

/** The longest first, so that the lanes end together. */
const checks = {
  'unit tests':
    unitTests.changed.length === 0 ? [] : [['node', 'tools/jest.mjs', 'unit', '--maxWorkers=1', ...unitTests.changed]],
  // Files are linted again when they change; a whole run, as in CI, begins without a cache.
  lint: [['eslint', '--cache', '--cache-strategy', 'content', '--cache-location', 'node_modules/.cache/eslint/', '.']],
  types: [
    ['tsc', '-b', '--pretty'],
    ['tsc', '-p', 'tsconfig.specs.json', '--pretty'],
    ['node', 'tools/settings-table.mjs', '--check'],
    ['node', 'tools/asyncapi.mjs', '--check'],
  ],
  boundaries: [['depcruise', ...sources]],
  format: [['prettier', '--check', '--cache', '--log-level', 'warn', '.']],
  proto: [['node', 'tools/proto.mjs', '--check']],
  docs: [['node', 'tools/check-docs.mjs']],
};

ensureInstalled();
const requested = process.argv.slice(2);
for (const name of requested.filter((name) => !(name in checks))) {
  console.error(`No check is called "${name}": ${Object.keys(checks).join(', ')}.`);
  process.exit(1);
}
const queue = Object.keys(checks).filter((name) => requested.length === 0 || requested.includes(name));
const failed = [];
const started = performance.now();
await Promise.all(Array.from({ length: lanes }, work));
console.log(
  failed.length === 0
    ? `verify: passed in ${seconds(started)}`
    : `verify: ${failed.join(', ')} failed, after ${seconds(started)}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work() {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const startedAt = performance.now();
    const { ok, output } = await check(checks[name]);
    if (!ok) failed.push(name);
    else if (name === 'unit tests') unitTests.passed();
    const scope = name === 'unit tests' ? ` of ${unitTests.changed.length} of ${unitTests.total} packages` : '';
    console.log(`${ok ? '✓' : '✗'} ${name}${scope} ${seconds(startedAt)}`);
    // A check that passed prints only its tally.
    const tally = output.match(/^\d+ passed, \d+ failed.*$/m)?.[0];
    if (!ok) console.log(output.trimEnd());
    else if (tally) console.log(`  ${tally}`);
  }
}

/** Runs the commands of a check up to the first that fails. */
async function check(commands) {
  let output = '';
  for (const [command, ...args] of commands) {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: projectEnv() });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const code = await new Promise((resolve) => child.on('close', resolve).on('error', () => resolve(1)));
    if (code !== 0) return { ok: false, output };
  }
  return { ok: true, output };
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

// Brings a checkout into a runnable state. Plain JavaScript without dependencies: it must run on the machine's own
// Node (20 or newer) before anything is installed. When nothing has to be done it takes a few tens of milliseconds.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const stamps = join(modules, '.cache', 'tidemark');
const minimumNode = 20;

/** The Node 24 that the project pins; the machine's own Node only starts it. */
export const node = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The environment of everything the project starts: the pinned Node and the installed tools come first. */
export function projectEnv(extra = {}) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const path = [dirname(node), join(modules, '.bin'), process.env.PATH ?? ''].join(separator);
  return { ...process.env, PATH: path, ...extra };
}

/** Installs what is missing or older than the lock file, visibly; afterwards `node` is there. */
export function ensureInstalled() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < minimumNode) fail(`Tidemark needs Node ${minimumNode} or newer to start; this is ${process.version}.`);
  if (installedAsLocked() && existsSync(node)) return;
  say('Installing dependencies (once; about a minute) …');
  run('npm', ['ci', '--no-audit', '--no-fund'], 'npm ci');
  // An npm that runs no install scripts leaves the package without its binary: fetch it as the script would.
  if (!existsSync(node)) run(process.execPath, ['installArchSpecificPackage.js'], 'node', join(modules, 'node'));
  if (!existsSync(node)) fail(`npm ci left no Node at ${node}.`);
}

/** Compiles when a source changed since the last build that this function made, or an output is missing. */
export function ensureBuilt() {
  const { sources, outputs } = buildFiles();
  const stamp = stampOf('build', sources);
  if (stamp.fresh && outputs.every((path) => existsSync(path))) return;
  say('Building …');
  run(node, [join(modules, 'typescript', 'bin', 'tsc'), '-b'], 'the build');
  stamp.write();
}

/**
 * Runs a program on the pinned Node in the caller's place: the terminal, the signals and the exit code are the
 * program's own. Does not return.
 */
export function become(args, env = {}) {
  // Compiled code is kept beside the stamps: otherwise compiling would take half of a short program's time.
  const compiled = { NODE_COMPILE_CACHE: join(stamps, 'compiled') };
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env: projectEnv({ ...compiled, ...env }) });
  // A terminal's Ctrl-C reaches the child by itself; sent twice it would mean "at once".
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
    });
  }
  // A killed npm ends its shell but not this process, which therefore ends its child when its parent is gone.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref();
  child.on('error', (error) => fail(`could not start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** Every package folder, libs first. */
export function packages() {
  const grouped = ['libs', 'services'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, group, entry.name, 'package.json')))
      .map((entry) => `${group}/${entry.name}`),
  );
  return [...grouped, 'tests'];
}

/** Where a package's sources are: its `src`, or the folder itself. */
export function sourcesOf(name) {
  return existsSync(join(root, name, 'src')) ? `${name}/src` : name;
}

// npm writes this second lock file last, so an interrupted install has none. It lists the installed packages:
// optional packages of other platforms are missing from it.
function installedAsLocked() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const [locked, installed] = [join(root, 'package-lock.json'), record].map(
    (path) => JSON.parse(readFileSync(path, 'utf8')).packages,
  );
  return Object.entries(locked).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return path in installed ? installed[path].version === version : optional === true;
  });
}

function buildFiles() {
  const sources = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'].map((name) => join(root, name));
  const outputs = [];
  for (const name of packages()) {
    const folder = join(root, name);
    sources.push(join(folder, 'package.json'), join(folder, 'tsconfig.json'));
    const from = join(root, sourcesOf(name));
    const files = readdirSync(from, { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files) {
      if (!file.endsWith('.ts') || /\.spec\.ts$|^(dist|node_modules)\b/.test(file)) continue;
      sources.push(join(from, file));
      if (/^(index|main)\.ts$/.test(file)) outputs.push(join(folder, 'dist', file.replace(/ts$/, 'js')));
    }
  }
  return { sources, outputs };
}

// Whether a step last ran on exactly these files' contents; by content, since a checkout changes dates.
function stampOf(step, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file.slice(root.length)}\0`);
    if (existsSync(file)) hash.update(readFileSync(file)).update('\0');
  }
  const value = hash.digest('hex');
  const path = join(stamps, step);
  return {
    fresh: existsSync(path) && readFileSync(path, 'utf8') === value,
    write() {
      mkdirSync(stamps, { recursive: true });
      writeFileSync(path, value);
    },
  };
}

function run(command, args, name, cwd = root) {
  // The output goes to stderr, so that a program can still parse the data on stdout.
  const windows = process.platform === 'win32';
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2], shell: windows });
  if (error) fail(`${name} could not start: ${error.message}`);
  if (status !== 0) fail(`${name} failed (exit code ${status}).`, status ?? 1);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line, code = 1) {
  say(line);
  process.exit(code);
}

import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformFileSync, type Options } from '@swc/core';

const ROOT = join(import.meta.dirname, '../../..');
const CACHE = join(ROOT, 'node_modules/.cache/tidemark/versions');

/** The commit that `tests/upgrade/from` names. */
export const oldCommit = readFileSync(join(import.meta.dirname, '../from'), 'utf8').trim();

/**
 * The services of the old commit, from the history, compiled: its folder. Built once. It finds its own packages beside
 * it, and all others in this checkout's node_modules, but those that are missing in this checkout or have another version.
 * @throws Error with instructions when the history does not contain the commit
 */
export function oldVersion(): string {
  const folder = join(CACHE, oldCommit);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, 'draft-'));
  unpack(draft);
  const packages = packagesOf(draft);
  for (const name of packages) compile(join(draft, name));
  linkPackages(draft, packages);
  addMissing(draft, packages);
  // Atomic: of two concurrent builds the first is used.
  if (!existsSync(folder)) renameSync(draft, folder);
  return folder;
}

function unpack(to: string): void {
  const known = spawnSync('git', ['cat-file', '-e', `${oldCommit}^{commit}`], { cwd: ROOT });
  if (known.status !== 0)
    throw new Error(
      `The history of this checkout does not hold commit ${oldCommit}, which tests/upgrade/from names: ` +
        `run "git fetch --unshallow" (or "git fetch origin ${oldCommit}") and try again.`,
    );
  const maxBuffer = 1024 ** 3;
  const archive = execFileSync(
    'git',
    ['archive', '--format=tar', oldCommit, 'libs', 'services', 'proto', 'package.json'],
    {
      cwd: ROOT,
      maxBuffer,
    },
  );
  execFileSync('tar', ['-xf', '-'], { cwd: to, input: archive, maxBuffer });
}

/** Folders of packages, `libs/contracts`. */
const packagesOf = (root: string): string[] =>
  ['libs', 'services'].flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`));

const options: Options = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2024',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
};

/** Without type checks: types were checked when the commit was made. */
function compile(folder: string): void {
  for (const file of readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
    const to = join(folder, 'dist', file.replace(/ts$/, 'js'));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, transformFileSync(join(folder, 'src', file), options).code);
  }
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

function linkPackages(root: string, packages: readonly string[]): void {
  for (const name of packages) {
    const link = join(root, 'node_modules', manifest(join(root, name)).name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(root, name)), link);
  }
}

/** Installs dependencies of the old packages whose versions this checkout does not have. */
function addMissing(root: string, packages: readonly string[]): void {
  const wanted = new Map(packages.flatMap((name) => Object.entries(manifest(join(root, name)).dependencies ?? {})));
  const missing = Array.from(wanted)
    .filter(([name, version]) => !name.startsWith('@tidemark/') && installed(name) !== version)
    .map(([name, version]) => `${name}@${version}`);
  if (missing.length === 0) return;
  const extra = join(root, 'extra');
  mkdirSync(extra);
  writeFileSync(join(extra, 'package.json'), '{ "private": true }');
  const quiet = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'];
  execFileSync('npm', ['install', ...quiet, ...missing], { cwd: extra, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const name of readdirSync(join(extra, 'node_modules')).filter((one) => !one.startsWith('.')))
    renameSync(join(extra, 'node_modules', name), join(root, 'node_modules', name));
}

/** The version of a package in this checkout. */
function installed(name: string): string | undefined {
  const path = join(ROOT, 'node_modules', name, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version : undefined;
}

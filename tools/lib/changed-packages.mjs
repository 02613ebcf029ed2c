// Which packages have changed since their unit tests last passed here: themselves, or a package that they depend on.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packages, root } from './workspace.mjs';

const record = join(root, 'node_modules', '.cache', 'tidemark', 'unit-tests.json');
/** Their tests read files of the whole project. */
const ofTheWhole = ['tests', 'tools', 'deploy'];
/** Whatever changes here concerns every package. */
const shared = /^(package-lock\.json|jest\.config\.mjs|tsconfig[\w.]*\.json|tools\/)/;

/** `changed`: folders whose unit tests have to run; `passed` records that they did. In CI, and without git, all have to. */
export function changedPackages() {
  if (!existsSync(join(root, '.git')))
    return { changed: [...packages(), 'tools', 'deploy'], total: packages().length + 2, passed() {} };
  const now = fingerprints();
  const before = existsSync(record) && !process.env.CI ? JSON.parse(readFileSync(record, 'utf8')) : {};
  return {
    changed: Object.keys(now).filter((folder) => now[folder] !== before[folder]),
    total: Object.keys(now).length,
    passed() {
      mkdirSync(dirname(record), { recursive: true });
      writeFileSync(record, JSON.stringify(now));
    },
  };
}

function fingerprints() {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
    .toString()
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
  const hashes = new Map(files.map((file) => [file, hashOf(readFileSync(join(root, file)))]));
  const within = (test) => files.filter(test).map((file) => `${file} ${hashes.get(file)}`);
  const folders = packages().filter((folder) => !ofTheWhole.includes(folder));
  const byName = new Map(folders.map((folder) => [nameOf(folder), folder]));
  const everything = hashOf(within(() => true).join('\n'));
  const of = (folder) => {
    const all = closureOf(folder, byName);
    return hashOf(within((file) => shared.test(file) || all.some((one) => file.startsWith(`${one}/`))).join('\n'));
  };
  return Object.fromEntries([
    ...folders.map((folder) => [folder, of(folder)]),
    ...ofTheWhole.map((folder) => [folder, everything]),
  ]);
}

/** A package and all that it depends on, tests included. */
function closureOf(folder, byName, found = new Set()) {
  if (found.has(folder)) return [...found];
  found.add(folder);
  const { dependencies, devDependencies } = manifestOf(folder);
  for (const name of Object.keys({ ...dependencies, ...devDependencies }))
    if (byName.has(name)) closureOf(byName.get(name), byName, found);
  return [...found];
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
const nameOf = (folder) => manifestOf(folder).name;
const hashOf = (content) => createHash('sha256').update(content).digest('hex');

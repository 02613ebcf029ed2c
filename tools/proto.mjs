// npm run proto: formats proto/ and generates libs/contracts/src/generated from it, without the network.
// --check changes nothing and fails where one of the two is not as it would be made.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, projectEnv, root } from './lib/workspace.mjs';

const outDir = 'libs/contracts/src/generated';

ensureInstalled();
if (process.argv.includes('--check')) check();
else {
  buf('format', '--write');
  buf('lint');
  buf('generate');
}

function check() {
  buf('lint');
  buf('format', '--diff', '--exit-code');
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-proto-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  buf('generate', '--output', folder);
  const wanted = filesOf(join(folder, outDir));
  const found = filesOf(join(root, outDir));
  const stale = [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (name) => wanted.get(name) !== found.get(name),
  );
  if (stale.length === 0) return;
  console.error(`Not what proto/ generates: ${stale.map((name) => join(outDir, name)).join(', ')}. Run npm run proto.`);
  process.exit(1);
}

function buf(...args) {
  const { status, error } = spawnSync('buf', args, { cwd: root, stdio: 'inherit', env: projectEnv() });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Path → content of every file in a folder; none when there is no such folder. */
function filesOf(folder) {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

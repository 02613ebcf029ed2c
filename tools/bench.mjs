// node tools/bench.mjs [package]: builds, then runs every bench/*.bench.mjs one after another, so that none of them
// measures its neighbour.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ensureBuilt, ensureInstalled, node, packages, projectEnv, root } from './lib/workspace.mjs';

ensureInstalled();
ensureBuilt();
const only = process.argv[2] && relative(root, resolve(process.argv[2]));
const failed = packages()
  .filter((name) => !only || name === only)
  .flatMap(benches)
  .filter((file) => {
    console.log(`\n── ${file}`);
    return spawnSync(node, [file], { cwd: root, stdio: 'inherit', env: projectEnv() }).status !== 0;
  });
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}

function benches(name) {
  const folder = join(root, name, 'bench');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.bench.mjs'));
  return files.sort().map((file) => `${name}/bench/${file}`);
}

// npm run proto: formats and lints proto/, without the network. --check changes nothing and fails where it would.
import { spawnSync } from 'node:child_process';
import { ensureInstalled, projectEnv, root } from './lib/workspace.mjs';

ensureInstalled();
buf('format', ...(process.argv.includes('--check') ? ['--diff', '--exit-code'] : ['--write']));
buf('lint');

function buf(...args) {
  const { status, error } = spawnSync('buf', args, { cwd: root, stdio: 'inherit', env: projectEnv() });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

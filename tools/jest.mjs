// node tools/jest.mjs KIND [path …]: tests of one kind (unit, test, stack, …; see jest.config.mjs), all of them or those
// under the given paths, on the pinned Node. Further options go to jest.
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { become, ensureBuilt, ensureInstalled, root } from './lib/workspace.mjs';

const [kind = 'unit', ...rest] = process.argv.slice(2);
const servers = ['NATS_URL', 'MONGODB_URL', 'EVENTSTORE_URL', 'POSTGRES_URL'];

ensureInstalled();
if (kind === 'stack') announceServers();
// Unit tests run from the sources; the others start the services' own programs too.
if (kind !== 'unit') ensureBuilt();
// A path is relative to the caller's folder (nx: the package); jest matches it from the root.
const args = rest.map((arg) => (existsSync(arg) ? relative(root, resolve(arg)) : arg)).filter((arg) => arg !== '');
become(
  ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', ...args],
  { TEST_KIND: kind },
);

// The suites of a server without a URL are reported as skipped; a URL that does not work fails its suites.
function announceServers() {
  const missing = servers.filter((name) => !process.env[name]);
  if (missing.length === servers.length) {
    console.error(`test:stack needs real servers: set at least one of ${servers.join(', ')}.`);
    process.exit(1);
  }
  for (const name of missing) console.error(`${name} is not set: the tests that need it are skipped.`);
}

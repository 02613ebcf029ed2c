// A Singer tap for tests. Its config names a file that holds its world: rows, and how it misbehaves.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');

const argument = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : JSON.parse(readFileSync(process.argv[at + 1], 'utf8'));
};
const config = argument('--config');
const world = JSON.parse(readFileSync(config.world, 'utf8'));
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const forEver = () => setInterval(() => {}, 1000);

process.stderr.write(
  `environment: ${Object.entries(process.env)
    .map((pair) => pair.join('='))
    .join(' ')}\n`,
);
if (world.token !== undefined && config.token !== world.token) {
  process.stderr.write(`the token ${config.token} is refused\n`);
  process.exit(1);
}

const schema = { type: 'object', properties: { id: { type: 'string' }, updated_at: { format: 'date-time' } } };
const stream = (name) => ({
  ...{ tap_stream_id: name, stream: name, schema, key_properties: ['id'] },
  metadata: [
    { breadcrumb: [], metadata: { inclusion: 'available', 'valid-replication-keys': ['updated_at'] } },
    { breadcrumb: ['properties', 'id'], metadata: { inclusion: 'automatic' } },
  ],
});

if (process.argv.includes('--discover')) say({ streams: [stream('rows'), stream('others')] });
else sync();

function sync() {
  const chosen = argument('--catalog').streams.filter(
    ({ metadata }) => metadata.find(({ breadcrumb }) => breadcrumb.length === 0).metadata.selected,
  );
  if (chosen.length !== 1 || chosen[0].stream !== 'rows') process.exit(9);
  if (misbehaves(world.fault)) return;
  const since = argument('--state')?.bookmarks.rows ?? '';
  const first = config.start_date ?? '';
  say({ type: 'SCHEMA', stream: 'rows', schema, key_properties: ['id'], bookmark_properties: ['updated_at'] });
  say({ type: 'SCHEMA', stream: 'others', schema, key_properties: ['id'] });
  say({ type: 'ACTIVATE_VERSION', stream: 'rows', version: 1 });
  let bookmark = since;
  const state = () => say({ type: 'STATE', value: { bookmarks: { rows: bookmark } } });
  world.rows
    .filter(({ updated_at: at }) => at > since && at >= first)
    .sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1))
    .forEach((record, index) => {
      say({ type: 'RECORD', stream: 'rows', record });
      say({ type: 'RECORD', stream: 'others', record: { id: 'x' } });
      bookmark = record.updated_at;
      if (index % 4 === 3) state();
      if (world.fault === `dies after ${index + 1}`) {
        process.stderr.write('Traceback: it broke\n');
        process.exit(3);
      }
    });
  state();
}

/** @returns whether it does nothing else */
function misbehaves(fault) {
  if (world.times === 'once')
    writeFileSync(config.world, JSON.stringify({ ...world, fault: undefined, times: undefined }));
  const arrived = () => writeFileSync(`${config.world}.${fault}`, String(process.pid));
  switch (fault) {
    case 'unavailable':
      process.exit(1);
      break;
    case 'cut':
      process.stdout.write('{"type":"SCHEMA","str');
      return true;
    case 'invalidJson':
      process.stdout.write('Starting sync …\n');
      return true;
    case 'ignores SIGTERM':
      process.on('SIGTERM', () => {});
    // falls through
    case 'hang':
      arrived();
      forEver();
      return true;
    case 'leaves a process':
    case 'leaves a daemon': {
      const options = fault === 'leaves a daemon' ? { stdio: 'ignore', detached: true } : { stdio: 'inherit' };
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], options);
      writeFileSync(`${config.world}.child`, String(child.pid));
      child.unref();
      return false;
    }
    case 'floods stdout':
      for (let i = 0; i < 17; i++) process.stdout.write('x'.repeat(2 ** 20));
      forEver();
      return true;
    case 'floods stderr': {
      const more = () => process.stderr.write('y'.repeat(2 ** 20), () => setImmediate(more));
      more();
      return true;
    }
    case 'takes memory':
      globalThis.taken = Buffer.alloc(400 * 2 ** 20, 1);
      forEver();
      return true;
    default:
      return existsSync('/nothing/at/all');
  }
}

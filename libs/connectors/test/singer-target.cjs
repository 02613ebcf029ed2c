// A Singer target for tests: appends records to a file of JSON lines, or replaces those with the same key.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');

const config = JSON.parse(readFileSync(process.argv[process.argv.indexOf('--config') + 1], 'utf8'));
const path = (stream) => `${config.folder}/${stream}.jsonl`;
const tables = new Map();
const keys = new Map();
let state;

if (!existsSync(config.folder)) {
  process.stderr.write(`no folder ${config.folder}; the token is ${config.token}\n`);
  process.exit(1);
}
for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const message = JSON.parse(line);
  if (message.type === 'SCHEMA') {
    keys.set(message.stream, message.key_properties);
    const stored = existsSync(path(message.stream)) ? readFileSync(path(message.stream), 'utf8') : '';
    tables.set(
      message.stream,
      stored
        .split('\n')
        .filter(Boolean)
        .map((row) => JSON.parse(row)),
    );
    writeFileSync(`${config.folder}/schema.json`, JSON.stringify(message.schema));
  } else if (message.type === 'RECORD') {
    const rows = tables.get(message.stream);
    const key = keys.get(message.stream);
    const at = key.length === 0 ? -1 : rows.findIndex((row) => key.every((name) => row[name] === message.record[name]));
    rows.splice(at < 0 ? rows.length : at, 1, message.record);
  } else if (message.type === 'STATE') state = message.value;
}
for (const [stream, rows] of tables)
  writeFileSync(path(stream), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
if (state !== undefined) process.stdout.write(`${JSON.stringify(state)}\n`);

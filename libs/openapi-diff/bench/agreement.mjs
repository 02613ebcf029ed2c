// Prints how often the engine agrees with labelled cases: node bench/agreement.mjs [case …]
// OPENAPI_DATA names the folder with cases/cases.json. Needs a build (dist).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, parse } from '../dist/index.js';

const folder = join(process.env.OPENAPI_DATA ?? '', 'cases');
const only = new Set(process.argv.slice(2).map(Number));
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const now = new Date('2026-11-22T00:00:00Z');
const show = (change) => `${change.level} ${change.id} ${change.operation ?? ''} ${change.path ?? ''}`.trim();

let agreed = 0;
let judged = 0;
const missing = new Map();
const surplus = new Map();
const count = (table, key, number) => table.set(key, [...(table.get(key) ?? []), number]);
for (const item of cases) {
  if (only.size > 0 && !only.has(item.case)) continue;
  if (!item.verified) continue;
  judged++;
  const read = (path) => parse(readFileSync(join(folder, path)), { source: path });
  let got;
  try {
    // The labels were made with no least number of days before a sunset, whatever the options say.
    const stabilityLevel = item.options?.stabilityLevel;
    const options = stabilityLevel === undefined ? {} : { stabilityLevel };
    const { changes } = compare(read(item.base), read(item.revision), {
      levels: 'oasdiff',
      perOperation: true,
      now,
      ...options,
    });
    got = changes.map((change) => ({
      id: change.rule,
      level: change.level,
      operation: change.operation?.method.toUpperCase(),
      path: change.operation?.path,
    }));
  } catch (error) {
    got = [{ id: `error: ${error.stack}`, level: '' }];
  }
  const expected = new Set(item.expected.map(show));
  const found = new Set(got.map(show));
  const lost = [...expected].filter((line) => !found.has(line));
  const extra = [...found].filter((line) => !expected.has(line));
  if (lost.length + extra.length === 0) agreed++;
  for (const line of lost) count(missing, line.split(' ').slice(0, 2).join(' '), item.case);
  for (const line of extra) count(surplus, line.split(' ').slice(0, 2).join(' '), item.case);
  if (only.size > 0) console.log(item.case, { lost, extra });
}
const list = (table) =>
  [...table]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([key, numbers]) => `  ${numbers.length} ${key}: ${numbers.slice(0, 12).join(' ')}`);
console.log(['missing:', ...list(missing), 'surplus:', ...list(surplus)].join('\n'));
console.log(`agreement: ${agreed} of ${judged} (${((100 * agreed) / judged).toFixed(1)} %)`);

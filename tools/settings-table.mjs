// node tools/settings-table.mjs [--check]: writes the table of settings into README.md from their declaration.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { platformSettings } from '../libs/config/dist/index.js';
import { root } from './lib/workspace.mjs';

const MARK = '<!-- settings -->';
const file = join(root, 'README.md');
const before = readFileSync(file, 'utf8');
const parts = before.split(MARK);
const rows = platformSettings
  .describe()
  .map(
    ({ variable, default: value, description }) =>
      `| \`${variable}\` | ${value ? `\`${value}\`` : ''} | ${description} |`,
  );
const table = ['| setting | default | what it is |', '| --- | --- | --- |', ...rows].join('\n');
const text = `${parts[0]}${MARK}\n\n${table}\n\n${MARK}${parts.at(-1)}`;
const after = await format(text, { ...(await resolveConfig(file)), filepath: file });
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error(
      'README.md: the table of settings is not up to date; run npm run build && node tools/settings-table.mjs',
    );
    process.exit(1);
  }
} else writeFileSync(file, after);

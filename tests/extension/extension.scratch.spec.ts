import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { additions, type Addition } from './additions.js';

const root = join(import.meta.dirname, '../..');
let copy: string;

/** A checkout of its own: the files that git knows or would, and the packages, hard-linked where the disk allows it. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'tidemark-scratch-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of listed.toString().split('\0').filter(Boolean))
    cpSync(join(root, file), join(copy, file), { recursive: true });
  const packages = [join(root, 'node_modules'), join(copy, 'node_modules')];
  const linked = spawnSync('cp', ['-al', ...packages]);
  if (linked.status !== 0) execFileSync('cp', ['-a', ...packages]);
}, 300_000);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function add({ files, rows }: Addition): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  for (const { file, after, row } of rows) {
    const text = readFileSync(join(copy, file), 'utf8');
    expect([file, text.split(after).length - 1]).toEqual([file, 1]);
    writeFileSync(
      join(copy, file),
      text.replace(after, () => after + row),
    );
  }
}

describe('a scratch copy of the project', () => {
  it.each(Object.entries(additions))('takes one more %s: files of its own, and a row elsewhere', (_, addition) => {
    add(addition);
    const folders = new Set(Object.keys(addition.files).map(dirname));
    expect(folders.size).toBe(1);
    // A row and its import count as one; a pipeline's definition is part of its stages.
    const elsewhere = new Set(addition.rows.map(({ file }) => file).filter((file) => !file.endsWith('/pipeline.ts')));
    expect(elsewhere.size).toBe(1);
  });

  it('passes verify with all of them', () => {
    const env = { ...process.env, TEST_KIND: undefined, TEST_TALLY: undefined };
    execFileSync(join(copy, 'node_modules/.bin/prettier'), ['--write', '--log-level', 'warn', 'libs', 'services'], {
      cwd: copy,
      env,
    });
    const verify = spawnSync('node', ['tools/verify.mjs'], { cwd: copy, env, encoding: 'utf8' });
    expect(`${verify.stdout}${verify.stderr}`).toContain('verify: passed');
  }, 900_000);
});

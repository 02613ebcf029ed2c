import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { apiFolders } from '../testing/api-folders.js';

const given = apiFolders();
const { run } = given;

describe('rows diff', () => {
  const diff = ['rows', 'diff', 'old.csv', 'new.csv', '--key', 'id'];
  beforeEach(async () => {
    await writeFile(given.folder.join('old.csv'), 'id,name,n\n1,a,1\n2,b,2\n3,c,3\n');
    await writeFile(given.folder.join('new.csv'), 'id,name,n\n4,d,4\n3,c,30\n1,a,1\n');
  });

  it('prints rows added, changed with their old values, and removed', async () => {
    const { exitCode, stdout, stderr } = await run(diff);
    expect([exitCode, stderr]).toEqual([0, '']);
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, -1).sort()).toEqual(['+ 4', '- 2', '~ 3  n: 3 → 30']);
    expect(lines.at(-1)).toBe('1 added, 1 changed, 1 removed, 1 unchanged');
  });

  it('prints JSON for programs, and signals differences by its exit code', async () => {
    const { exitCode, stdout } = await run([...diff, '--json', '--exit-code', '--limit', '1']);
    expect(exitCode).toBe(1);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ type: 'counts', added: 1, changed: 1, removed: 1, unchanged: 1 });
    expect((await run(['rows', 'diff', 'old.csv', 'old.csv', '--key', 'id', '--exit-code'])).exitCode).toBe(0);
  });

  it('refuses a key column that does not exist', async () => {
    const wrong = await run(['rows', 'diff', 'old.csv', 'new.csv', '--key', 'idd']);
    expect(wrong).toMatchObject({
      exitCode: 2,
      stderr: 'tidemark: BAD_INPUT: old.csv: there is no column idd; the columns are id, name, n\n',
    });
    await writeFile(given.folder.join('old.jsonl'), '{"id":1}\n{"id":2}\n');
    expect(await run(['rows', 'diff', 'old.jsonl', 'new.csv', '--key', 'idd'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('BAD_INPUT: old.jsonl: no row has a value for the key'),
    });
  });

  it('says which row or file cannot be compared', async () => {
    await writeFile(given.folder.join('twice.csv'), 'id,name,n\n1,a,1\n1,b,2\n');
    const twice = await run(['rows', 'diff', 'old.csv', 'twice.csv', '--key', 'id']);
    expect(twice.stderr).toContain('twice.csv, row 2: an earlier row has the same key 1; skipped');
    expect(await run(['rows', 'diff', 'none.csv', 'new.csv', '--key', 'id'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('none.csv: cannot be read (ENOENT)'),
    });
    await writeFile(given.folder.join('short.csv'), 'id,name\n1\n');
    const short = await run(['rows', 'diff', 'short.csv', 'new.csv', '--key', 'id']);
    expect(short).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('short.csv, line 2, byte 8') });
  });
});

import { execFileSync } from 'node:child_process';
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

describe('rows diff of JSON lines', () => {
  const compared = async (old: string, now: string, more: readonly string[] = []) => {
    await writeFile(given.folder.join('a.jsonl'), old);
    await writeFile(given.folder.join('b.jsonl'), now);
    const { exitCode, stdout, stderr } = await run(['rows', 'diff', 'a.jsonl', 'b.jsonl', '--key', 'id', ...more]);
    return { exitCode, stderr, lines: stdout.trim().split('\n') };
  };

  it('takes rows that each have other columns, in either order of the files', async () => {
    const [one, other] = ['{"id":1,"a":1}\n{"id":2,"b":2,"c":null}\n', '{"id":2,"b":3}\n{"id":1,"c":1,"a":1}\n'];
    expect((await compared(one, other)).lines.sort()).toEqual([
      '0 added, 2 changed, 0 removed, 0 unchanged',
      '~ 1  c: – → 1',
      '~ 2  b: 2 → 3',
    ]);
    expect((await compared(other, one)).lines.sort()).toEqual([
      '0 added, 2 changed, 0 removed, 0 unchanged',
      '~ 1  c: 1 → –',
      '~ 2  b: 3 → 2',
    ]);
    await writeFile(given.folder.join('c.csv'), 'id,a,c\n1,1,1\n3,x,y\n');
    const mixed = await run(['rows', 'diff', 'b.jsonl', 'c.csv', '--key', 'id']);
    expect(mixed.stdout.trim().split('\n').sort()).toEqual(
      ['+ 3', '1 added, 1 changed, 1 removed, 0 unchanged', '- 2', '~ 1  c: – → 1'].sort(),
    );
  });

  it('reads pipes of such rows too', async () => {
    execFileSync('mkfifo', [given.folder.join('pipe')]);
    await writeFile(given.folder.join('now.jsonl'), '{"id":1}\n{"id":2,"b":1}\n');
    const [{ stdout }] = await Promise.all([
      run(['rows', 'diff', 'pipe', 'now.jsonl', '--key', 'id']),
      writeFile(given.folder.join('pipe'), '{"id":1}\n{"id":2,"a":1}\n'),
    ]);
    expect(stdout).toContain('0 added, 1 changed, 0 removed, 1 unchanged');
  });

  it('counts rows left out in its exit code, of either file', async () => {
    const whole = '{"id":1}\n{"id":2}\n';
    for (const [old, now] of [
      [whole, `${whole}{"id":1}\n`],
      [`${whole}{"id":2}\n`, whole],
      [whole, `${whole}{"a":1}\n`],
    ] as const) {
      const { exitCode, lines } = await compared(old, now, ['--exit-code']);
      expect([exitCode, lines]).toEqual([1, ['0 added, 0 changed, 0 removed, 2 unchanged, 1 left out']]);
    }
    expect((await compared(whole, whole, ['--exit-code'])).exitCode).toBe(0);
  });

  it('takes one number or time in two spellings as the same', async () => {
    const now =
      '{"id":1,"n":123456.7890123456789,"big":100000000000000000000000,"at":"2026-01-01T00:00Z","j":[1e30]}\n';
    const old =
      '{"id":1,"n":1.234567890123456789e5,"big":1e23,"at":"2026-01-01t01:00:00+01:00","j":[1000000000000000000000000000000]}\n';
    expect((await compared(old, now)).lines).toEqual(['0 added, 0 changed, 0 removed, 1 unchanged']);
    await writeFile(
      given.folder.join('c.csv'),
      'id,n,big,at\n1,123456.7890123456789,100000000000000000000000,2026-01-01 00:00Z\n',
    );
    await writeFile(given.folder.join('b.jsonl'), now.replace(/,"j":.*/, '}'));
    expect((await run(['rows', 'diff', 'b.jsonl', 'c.csv', '--key', 'id'])).stdout).toContain('1 unchanged');
  });

  it('distinguishes a nested number of many digits from its text, and prints its digits', async () => {
    const [number, text] = [
      '{"id":1,"j":{"n":12345678901234567890.1}}\n',
      '{"id":1,"j":{"n":"12345678901234567890.1"}}\n',
    ];
    const { lines } = await compared(number, text, ['--json']);
    expect(lines[0]).toContain('"before":{"id":1,"j":{"n":12345678901234567890.1}}');
    expect(lines[0]).toContain('"row":{"id":1,"j":{"n":"12345678901234567890.1"}}');
  });

  it('prints no line that `write` refuses', async () => {
    const env = { TIDEMARK_MAX_ROW_BYTES: '1024' };
    await writeFile(given.folder.join('a.jsonl'), '{"id":1}\n');
    await writeFile(given.folder.join('b.jsonl'), `{"id":1,"a":"${'x'.repeat(980)}"}\n`);
    const argv = ['rows', 'diff', 'a.jsonl', 'b.jsonl', '--key', 'id', '--json'];
    const { stdout, stderr } = await run(argv, { env });
    expect(stderr).toContain(
      'b.jsonl, key 1: its line is longer than 1024 bytes; TIDEMARK_MAX_ROW_BYTES raises the limit',
    );
    expect(stdout).toMatch(/^\{"type":"counts".*"leftOut":1/);
    await writeFile(given.folder.join('b.jsonl'), `{"id":1,"a":"${'x'.repeat(1100)}"}\n`);
    expect(await run(argv, { env })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        'b.jsonl, line 1, byte 0: a row is longer than 1024 bytes; TIDEMARK_MAX_ROW_BYTES',
      ),
    });
    expect((await run(argv, { env: { TIDEMARK_MAX_ROW_BYTES: '4kB' } })).stderr).toContain(
      'TIDEMARK_MAX_ROW_BYTES must be',
    );
  });
});

describe('rows diff of CSV', () => {
  const compared = async (old: string | Buffer, now: string | Buffer, more: readonly string[] = []) => {
    await writeFile(given.folder.join('a.csv'), old);
    await writeFile(given.folder.join('b.csv'), now);
    return run(['rows', 'diff', 'a.csv', 'b.csv', '--key', 'id', '--exit-code', ...more]);
  };
  const plain = 'id,name\n1,café\n2,"a ""b"""\n';
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

  it.each<[string, string | Buffer, string]>([
    ['Latin-1', Buffer.from(plain, 'latin1'), 'encoding windows-1252'],
    ['UTF-16, little-endian', utf16(plain), 'encoding utf-16le'],
    ['UTF-16, big-endian', utf16(plain).swap16(), 'encoding utf-16be'],
    ['UTF-16 without a mark', Buffer.from(plain, 'utf16le'), 'encoding utf-16le'],
    ['semicolons', plain.replaceAll(',', ';'), 'delimiter ;'],
    ['tabs', plain.replaceAll(',', '\t'), 'delimiter tab'],
    ['backslash quotes', plain.replaceAll('""b""', '\\"b\\"'), 'backslash before quotes'],
    ['loose quotes', 'id,name\n1,café\n2,a "b"\n', 'loose quotes'],
  ])('reads %s, and says so', async (_, content, took) => {
    expect(await compared(plain, content)).toMatchObject({
      exitCode: 0,
      stdout: '0 added, 0 changed, 0 removed, 2 unchanged\n',
      stderr: `b.csv: read with ${took}\n`,
    });
  });

  it('is as the options say, without a guess', async () => {
    const odd = Buffer.from('id|name\n1|caf\xe9\n2|\'a "b"\'\n', 'latin1');
    const options = ['--delimiter', '|', '--quote', "'", '--encoding', 'latin1'];
    await writeFile(given.folder.join('c.csv'), odd);
    expect(await compared(odd, odd, options)).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await compared(plain, odd, ['--delimiter', 'ab'])).exitCode).toBe(2);
    expect((await compared(plain, odd, ['--encoding', 'klingon'])).exitCode).toBe(2);
  });

  it('takes empty fields as NULL, and values of types, when it is asked to', async () => {
    await writeFile(given.folder.join('a.jsonl'), '{"id":1,"n":null,"s":null}\n{"id":2,"n":1.5,"s":""}\n');
    await writeFile(given.folder.join('b.csv'), 'id,n,s\n1,,\n2,1.50,""\n');
    const argv = ['rows', 'diff', 'a.jsonl', 'b.csv', '--key', 'id', '--exit-code'];
    expect((await run(argv)).stdout).toContain('2 changed');
    expect(await run([...argv, '--null', '', '--types', 'n=number'])).toMatchObject({ exitCode: 0 });
    await writeFile(given.folder.join('b.csv'), 'id,n,s\n1,NULL,\\N\n2,1.5,\n');
    expect(await run([...argv, '--null', 'NULL', '--null', '\\N'])).toMatchObject({ exitCode: 0 });
    expect((await run([...argv, '--types', 'n=money'])).exitCode).toBe(2);
  });
});

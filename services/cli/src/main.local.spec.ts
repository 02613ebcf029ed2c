import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  const api = (paths: object) => JSON.stringify({ openapi: '3.1.0', info: { title: 'a', version: '1' }, paths });
  writeFileSync(folder.join('old.json'), api({ '/a': { get: { responses: {} } } }));
  writeFileSync(folder.join('new.json'), api({}));
});
afterAll(() => folder.remove());

/** The exit code of a diff with one closed output. */
async function exitCodeWithout(output: 'stdout' | 'stderr', argv: readonly string[]): Promise<unknown> {
  const env = { ...process.env, INIT_CWD: folder.path };
  const child = spawn(process.execPath, [PROGRAM, 'diff', 'old.json', 'new.json', ...argv], { env });
  child[output].destroy();
  return (await once(child, 'exit'))[0];
}

describe('the exit code', () => {
  it.each([
    [['--fail-on', 'breaking'], 1],
    [['--json', '--fail-on', 'risky'], 1],
    [['--json'], 0],
  ])('of diff %j is the same when stdout is closed', async (argv, expected) => {
    expect(await exitCodeWithout('stdout', argv)).toBe(expected);
  });

  it('is not changed when stderr is closed', async () => {
    expect(await exitCodeWithout('stderr', ['--html', 'page.html'])).toBe(0);
    expect(await exitCodeWithout('stderr', ['--html', 'page.html', '--fail-on', 'breaking'])).toBe(1);
  });
});

describe('the API key', () => {
  const run = async (argv: readonly string[], more: object = {}) => {
    const env = {
      ...process.env,
      INIT_CWD: folder.path,
      TIDEMARK_API_KEY: '',
      TIDEMARK_URL: 'http://127.0.0.1:1',
      ...more,
    };
    const child = spawn(process.execPath, [PROGRAM, 'jobs', 'list', ...argv], { env });
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += String(text)));
    const [code] = (await once(child, 'close')) as [number];
    return { code, stderr };
  };

  it('is read from a file that only its owner can read', async () => {
    writeFileSync(folder.join('key'), 'tmk_secret\n', { mode: 0o644 });
    for (const ran of [await run(['--key-file', 'key']), await run([], { TIDEMARK_API_KEY_FILE: 'key' })]) {
      expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('chmod 600 key') });
      expect(ran.stderr).not.toContain('tmk_secret');
    }
    chmodSync(folder.join('key'), 0o600);
    // Read, and then there is no server.
    expect(await run(['--key-file', 'key'])).toMatchObject({ code: 5 });
    expect(await run(['--key-file', 'none'])).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
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

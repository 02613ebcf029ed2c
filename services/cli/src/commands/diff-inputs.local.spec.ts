import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { tidemark, type RunOptions } from '../testing/command-line.js';
import { localServer } from '../testing/local-server.js';
import { breaking, old, safe, signedIn } from '../testing/pets.js';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  for (const [name, document] of Object.entries({ old, breaking, safe, signedIn, other: { hello: 'world' } }))
    put(`${name}.json`, JSON.stringify(document, null, 2));
  put('bad.yaml', 'openapi: 3.1.0\ninfo:\n  title: "pets\n');
});
afterAll(() => folder.remove());

const put = (name: string, text: string | Uint8Array) => writeFileSync(folder.join(name), text);

let close = async () => {};
afterEach(() => close());

/** Runs diff in the folder of the descriptions, without a running Tidemark. */
const diff = (argv: readonly string[], options: RunOptions = {}) =>
  tidemark('not a URL', ['diff', ...argv], { ...options, env: { INIT_CWD: folder.path, ...options.env } });

describe('diff of URLs', () => {
  it('reads the given URL, also on this machine', async () => {
    const server = await localServer({ 'GET /old.json': () => old, 'GET /new.json': () => breaking });
    close = server.close;
    const argv = [`${server.url}/old.json`, `${server.url}/new.json`, '--fail-on', 'breaking'];
    expect(await diff(argv)).toMatchObject({ exitCode: 1, stderr: '' });
  });

  it('does not follow its redirects to other private addresses', async () => {
    const hidden = await localServer({ 'GET /old.json': () => old });
    const location = `${hidden.url}/old.json`;
    const server = await localServer({ 'GET /old.json': { status: 302, headers: { location } } });
    close = async () => void (await Promise.all([server.close(), hidden.close()]));
    const { exitCode, stderr } = await diff([`${server.url}/old.json`, 'old.json']);
    expect([exitCode, hidden.requests]).toEqual([2, []]);
    expect(stderr).toContain('is not a public address');
  });

  it('reports the response of the server', async () => {
    const server = await localServer({});
    close = server.close;
    const { exitCode, stderr } = await diff([`${server.url}/old.json`, 'old.json']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^tidemark: [A-Z_]+: http:.* answered 404.*\n$/);
  });
});

describe('diff --batch', () => {
  const list = (cases: unknown) => put('cases.json', JSON.stringify(cases));

  it('prints a line for each pair, with paths relative to the list', async () => {
    list([
      { case: 7, base: 'old.json', revision: 'breaking.json' },
      { case: 9, base: 'old.json', revision: 'old.json' },
    ]);
    const { exitCode, stdout } = await diff(['--batch', folder.join('cases.json')], { env: { INIT_CWD: '/' } });
    expect([
      exitCode,
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ]).toEqual([
      0,
      [
        {
          case: 7,
          changes: [
            { id: 'request-parameter-became-required', level: 'ERR', operation: 'GET', path: '/pets' },
            { id: 'api-version-not-bumped', level: 'INFO' },
          ],
        },
        { case: 9, changes: [] },
      ],
    ]);
  });

  it('leaves operation and path out where there is none', async () => {
    list([{ case: 0, base: 'old.json', revision: 'signedIn.json' }]);
    const { stdout } = await diff(['--batch', 'cases.json', '--levels', 'oasdiff']);
    expect(JSON.parse(stdout).changes).toContainEqual({ id: 'api-global-security-added', level: 'INFO' });
  });

  it('continues after a pair that cannot be read, and ends with exit code 2', async () => {
    list([
      { case: 1, base: 'bad.yaml', revision: 'old.json' },
      { case: 2, base: 'old.json', revision: 'old.json' },
    ]);
    const { exitCode, stdout } = await diff(['--batch', 'cases.json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      { case: 1, error: expect.stringMatching(/^bad\.yaml:[34]:/), changes: [] },
      { case: 2, changes: [] },
    ]);
  });

  it.each([
    ['is no list', {}, 'cases.json: expected a list of pairs'],
    ['lacks a path', [{ case: 1, base: 'old.json' }], 'cases.json: [0].revision: expected a path'],
    ['lacks a number', [{ base: 'old.json', revision: 'old.json' }], 'cases.json: [0].case: expected a whole number'],
    ['has something else than a pair', [null], 'cases.json: [0]: expected an object'],
    [
      'has a stability level that is none',
      [{ case: 1, base: 'old.json', revision: 'old.json', options: { stabilityLevel: 'shaky' } }],
      'cases.json: [0].options.stabilityLevel: expected one of draft, alpha, beta, stable',
    ],
  ])('refuses a list that %s', async (_what, cases, message) => {
    list(cases);
    const { exitCode, stderr } = await diff(['--batch', 'cases.json']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

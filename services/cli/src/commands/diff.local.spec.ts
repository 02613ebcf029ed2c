import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { tidemark, type RunOptions } from '../testing/command-line.js';
import { breaking, old, safe, signedIn } from '../testing/pets.js';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  for (const [name, document] of Object.entries({ old, breaking, safe, signedIn, other: { hello: 'world' } }))
    put(`${name}.json`, JSON.stringify(document, null, 2));
  put('bad.yaml', 'openapi: 3.1.0\ninfo:\n  title: "pets\n');
  put('cut.json', '[\n{');
  put('ignore.json', JSON.stringify([{ rule: '*-parameter-*', reason: 'agreed' }, { rule: 'api-version-*' }]));
});
afterAll(() => folder.remove());

const put = (name: string, text: string | Uint8Array) => writeFileSync(folder.join(name), text);
const read = (name: string) => readFileSync(folder.join(name), 'utf8');

/** Runs diff in the folder of the descriptions, without a running Tidemark. */
const diff = (argv: readonly string[], options: RunOptions = {}) =>
  tidemark('not a URL', ['diff', ...argv], { ...options, env: { INIT_CWD: folder.path, ...options.env } });

describe('diff', () => {
  it('prints every change with its operation and line', async () => {
    const { exitCode, stdout, stderr } = await diff(['old.json', 'breaking.json']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('old.json → breaking.json\n1 breaking, 0 risky, 0 safe, 1 info\n');
    const line =
      read('breaking.json')
        .split('\n')
        .findIndex((text) => text.includes('"required"')) + 1;
    expect(stdout).toMatch(new RegExp(`GET /pets  /paths/~1pets/get/parameters/0.* \\(line ${line}\\)`));
  });

  it('says so when nothing changed', async () => {
    expect(await diff(['old.json', 'old.json', '--fail-on', 'risky'])).toMatchObject({
      exitCode: 0,
      stdout: 'API changes\nold.json → old.json\nNo changes.\n',
    });
  });

  it.each([
    ['breaking', 'breaking', 1],
    ['risky', 'breaking', 1],
    ['risky', 'safe', 0],
    ['breaking', 'safe', 0],
  ])('with --fail-on %s ends a %s change with exit code %i', async (failOn, document, exitCode) => {
    expect(await diff(['old.json', `${document}.json`, '--fail-on', failOn])).toMatchObject({ exitCode, stderr: '' });
  });

  it('uses the levels of oasdiff on request', async () => {
    const argv = ['old.json', 'signedIn.json', '--fail-on', 'breaking'];
    expect((await diff(argv)).exitCode).toBe(1);
    const { exitCode, stdout } = await diff([...argv, '--levels', 'oasdiff']);
    expect([exitCode, stdout.split('\n')[2]]).toEqual([0, '0 breaking, 0 risky, 1 safe, 1 info']);
  });

  it('omits expected changes', async () => {
    const { exitCode, stdout } = await diff([
      'old.json',
      'breaking.json',
      '--fail-on',
      'risky',
      '--ignore',
      'ignore.json',
    ]);
    expect([exitCode, stdout.trim().split('\n').at(-1)]).toEqual([0, 'No changes.']);
  });

  it('is configured by the file beside the descriptions, or another, or none', async () => {
    const settings =
      'severities:\n  - { rule: request-parameter-*, severity: info }\n  - { rule: nothing-*, severity: off }\n';
    mkdirSync(folder.join('configured'));
    put('configured/tidemark-diff.yaml', settings);
    put('configured/new.json', JSON.stringify(breaking));
    put('other.yaml', 'ignore: [{ rule: request-*, reason: agreed }]');
    const argv = ['old.json', 'configured/new.json', '--fail-on', 'breaking'];
    const { exitCode, stdout, stderr } = await diff(argv);
    expect([exitCode, stdout.split('\n')[2]]).toEqual([0, '0 breaking, 0 risky, 0 safe, 2 info']);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('configured/tidemark-diff.yaml: severities[1].rule nothing-* is no rule'),
      expect.stringContaining('configured/tidemark-diff.yaml: severities[1] matches no change'),
    ]);
    expect(await diff([...argv, '--no-config'])).toMatchObject({ exitCode: 1, stderr: '' });
    const other = await diff([...argv, '--config', 'other.yaml', '--json']);
    expect([other.exitCode, JSON.parse(other.stdout)]).toEqual([0, expect.objectContaining({ ignored: 1 })]);
    expect((await diff([...argv, '--config', 'other.yaml'])).stdout).toContain('1 change is ignored');
    put('faulty.yaml', 'words: false\nseverity: []\n');
    const faulty = await diff([...argv, '--config', 'faulty.yaml']);
    expect([faulty.exitCode, faulty.stderr]).toEqual([
      2,
      expect.stringContaining('faulty.yaml: severity is not a known'),
    ]);
    expect((await diff([...argv, '--config', 'none.yaml'])).exitCode).toBe(2);
  });

  it('lowers what is not used, and refuses a log in which nothing is', async () => {
    put('access.log', '1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET /cats HTTP/1.1" 200 2\n');
    const argv = ['old.json', 'breaking.json', '--fail-on', 'breaking', '--used'];
    const { exitCode, stdout } = await diff([...argv, 'access.log']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Not used: risky instead of breaking.')]);
    put('used.json', '["GET /v1/pets"]');
    expect((await diff([...argv, 'used.json'])).exitCode).toBe(1);
    put('empty.log', 'nothing');
    const empty = await diff([...argv, 'empty.log']);
    expect([empty.exitCode, empty.stderr]).toEqual([2, expect.stringContaining('empty.log: has no call of any')]);
  });

  it('lists its rules and explains one', async () => {
    const { stdout } = await diff(['rules', 'list', '--json']);
    expect(JSON.parse(stdout).data.length).toBeGreaterThan(500);
    expect((await diff(['rules', 'list'])).stdout).toMatch(/^endpoint-added +safe/m);
    expect((await diff(['rules', 'explain', 'endpoint-added'])).stdout).toContain('severity: safe\n');
    const unknown = await diff(['rules', 'explain', 'endpoint-add']);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean endpoint-added')]);
  });

  it('paints on a terminal, unless colours are disabled', async () => {
    const argv = ['old.json', 'breaking.json'];
    expect((await diff(argv, { columns: 80 })).stdout).toContain('\u001b[31m1 breaking\u001b[39m');
    expect((await diff(argv, { columns: 80, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
  });

  it('reports one change per operation on request', async () => {
    const shared = (type: string) =>
      JSON.stringify({
        ...old,
        paths: Object.fromEntries(
          ['/a', '/b'].map((path) => [
            path,
            {
              get: {
                responses: {
                  200: {
                    description: '',
                    content: { 'application/json': { schema: { $ref: '#/components/schemas/A' } } },
                  },
                },
              },
            },
          ]),
        ),
        components: { schemas: { A: { type } } },
      });
    put('shared-1.json', shared('string'));
    put('shared-2.json', shared('integer'));
    const count = async (...more: string[]) =>
      JSON.parse((await diff(['shared-1.json', 'shared-2.json', '--json', ...more])).stdout).changes.length;
    expect([await count(), await count('--per-operation')]).toEqual([2, 3]);
  });

  it('lists the documents that it does not read, and fails with --fail-on', async () => {
    const parts = [1, 2, 3, 4].map((part) => ({ $ref: `parts/${part}.yaml#/Pet` }));
    const example = { $ref: 'not-a-reference.yaml' };
    const schemas = { Pet: { anyOf: [...parts, { $ref: '#/components/schemas/Cat' }] }, Cat: { example } };
    put('parts.json', JSON.stringify({ ...old, components: { schemas } }));
    const { exitCode, stderr } = await diff(['old.json', 'parts.json', '--json']);
    expect([exitCode, stderr.split('\n')]).toEqual([
      0,
      [expect.stringContaining('parts.json: not everything is compared; it refers to 4 other documents'), ''],
    ]);
    expect(stderr).toMatch(/: (parts\/\d\.yaml, ){3}…\n/);
    expect((await diff(['parts.json', 'parts.json'])).stderr.split('\n')).toHaveLength(2);
    expect((await diff(['parts.json', 'parts.json', '--fail-on', 'breaking'])).exitCode).toBe(1);
    put(
      'dangling.json',
      JSON.stringify({ ...old, components: { schemas: { Pet: { $ref: '#/components/schemas/Gone' } } } }),
    );
    const dangling = await diff(['dangling.json', 'dangling.json', '--fail-on', 'breaking']);
    expect([dangling.exitCode, dangling.stderr]).toEqual([1, expect.stringContaining('#/components/schemas/Gone')]);
  });

  it('reads what git has, and gzipped text', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder.path, stdio: 'ignore' });
    git('init');
    git('add', 'old.json');
    git('-c', 'user.name=a', '-c', 'user.email=a@a.example', 'commit', '-m', 'one');
    put('zipped.json.gz', gzipSync(JSON.stringify(old)));
    for (const before of ['git:HEAD:old.json', 'HEAD:old.json', 'zipped.json.gz']) {
      const { exitCode, stdout } = await diff([before, 'old.json', '--json']);
      expect([exitCode, JSON.parse(stdout).changes]).toEqual([0, []]);
    }
    for (const missing of ['HEAD:nothing.json', 'git:nowhere:old.json', 'git:--output=x:old.json'])
      expect(await diff([missing, 'old.json'])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(`${missing}: cannot be read`),
      });
    put('damaged.json.gz', gzipSync(JSON.stringify(old)).subarray(0, 30));
    expect((await diff(['damaged.json.gz', 'old.json'])).stderr).toContain('damaged gzip data');
  });

  it('evaluates sunset dates at the given date', async () => {
    const sunset = {
      ...old,
      paths: {
        ...old.paths,
        '/cats': { get: { ...old.paths['/cats'].get, deprecated: true, 'x-sunset': '2030-06-01' } },
      },
    };
    put('sunset.json', JSON.stringify(sunset));
    const removed = { ...old, paths: { '/pets': old.paths['/pets'] } };
    put('removed.json', JSON.stringify(removed));
    const at = async (now: string) =>
      (await diff(['sunset.json', 'removed.json', '--fail-on', 'breaking', '--now', now])).exitCode;
    expect([await at('2030-05-01'), await at('2030-07-01')]).toEqual([1, 0]);
  });
});

describe('the outputs of diff', () => {
  it('are JSON on stdout, or in the file named after it', async () => {
    const { stdout } = await diff(['--json', 'old.json', 'breaking.json']);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { total: 2 },
      changes: [{ severity: 'breaking' }, { severity: 'info' }],
    });
    const written = await diff(['old.json', 'breaking.json', '--json', 'changes.json']);
    expect(written).toMatchObject({ exitCode: 0, stdout: '' });
    expect(read('changes.json').trimEnd()).toBe(stdout.trimEnd());
  });

  it('are Markdown', async () => {
    const { stdout } = await diff(['old.json', 'breaking.json', '--markdown']);
    expect(stdout).toContain('## Breaking: callers must act (1)');
    expect(stdout).toContain('old.json → breaking.json');
  });

  it('are a page in a file', async () => {
    const { exitCode, stdout, stderr } = await diff([
      '--html',
      'page.html',
      'old.json',
      'breaking.json',
      '--fail-on',
      'breaking',
    ]);
    expect([exitCode, stdout, stderr]).toEqual([1, '', '1 breaking, 0 risky, 0 safe, 1 info → page.html\n']);
    expect(read('page.html')).toMatch(/^<!doctype html>/);
  });
});

describe('diff refuses', () => {
  it.each([
    ['one description alone', ['old.json'], 'two descriptions'],
    ['standard input twice', ['-', '-'], 'only one description'],
    ['a third name without a format', ['old.json', 'safe.json', 'x'], '"x"'],
    ['two formats', ['old.json', 'safe.json', '--json', '--markdown'], '--markdown'],
    ['an invalid date', ['old.json', 'safe.json', '--now', '2026-02-31'], '2026-02-31'],
    ['a number for a date', ['old.json', 'safe.json', '--now', '1'], 'such as'],
    ['another severity', ['old.json', 'safe.json', '--fail-on', 'safe'], 'breaking, risky'],
    ['a batch with descriptions', ['old.json', 'safe.json', '--batch', 'old.json'], '--batch'],
    ['a file that is not there', ['none.json', 'safe.json'], 'none.json: cannot be read: no such file'],
    ['a folder', ['.', 'safe.json'], '.: cannot be read: is a folder'],
    ['a file that is not a description', ['old.json', 'other.json'], 'other.json:1:1: not an OpenAPI description'],
    ['invalid YAML, with its position', ['bad.yaml', 'old.json'], /bad\.yaml:[34]:\d+: not valid YAML/],
    ['a file that cannot be written', ['old.json', 'safe.json', '--html', 'no/page.html'], 'no/page.html'],
    ['an address of another kind', ['file:///old.json', 'safe.json'], 'not a file or an http(s) URL'],
    ['an output without a name', ['old.json', 'safe.json', '--html', ''], 'cannot be written'],
    ['an invalid URL', ['http://', 'safe.json'], 'http://'],
    [
      'an invalid ignore list',
      ['old.json', 'safe.json', '--ignore', 'other.json'],
      'other.json: ignore must be a list',
    ],
    [
      'an ignore list that is not JSON',
      ['old.json', 'safe.json', '--ignore', 'cut.json'],
      'cut.json:2:2: not valid JSON',
    ],
    ['a file without a name', ['', 'safe.json'], 'the file name is empty'],
  ])('%s with exit code 2', async (_what, argv, message) => {
    const { exitCode, stdout, stderr } = await diff(argv);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(stderr.includes('--help') ? 3 : 2);
  });

  it('an ignore list with an invalid entry, naming its field', async () => {
    put('faulty.json', JSON.stringify([{ rule: 'a' }, { rule: 'b', until: 'soon' }]));
    const { exitCode, stderr } = await diff(['old.json', 'safe.json', '--ignore', 'faulty.json']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('faulty.json: ignore[1].until must be a date');
  });
});

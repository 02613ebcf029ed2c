import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Client } from '../installations/client.js';
import { CommandLine } from '../installations/command-line.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../installations/standalone.js';
import { embedded } from '../installations/urls.js';
import { PagedApi } from './testing/paged-api.js';

const MARK = 'MARKED-SECRET-77c1';

let api: PagedApi;
let folder: TemporaryFolder;
let installation: StandaloneInstallation;
let on: Client;
let cli: CommandLine;

beforeEach(async () => {
  folder = await temporaryFolder();
  api = await PagedApi.start();
  api.objects.set('issues', []);
  installation = await startStandaloneInstallation({ urls: embedded(folder.join('data')) });
  on = installation.client;
  cli = new CommandLine(on, folder.path, { ISSUES_TOKEN: MARK });
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await api.stop();
  await folder.remove();
});

const declare = (text: string, name = 'tidemark.yaml') => writeFile(folder.join(name), text);
const apply = (...more: string[]) => cli.succeed('apply', '-f', 'tidemark.yaml', ...more);
const everything = async () => ({
  credentials: (await on.get('/v1/credentials')).body.data,
  connections: (await on.get('/v1/connections')).body.data,
});

const declaration = (changes: { every?: string; reason?: string; more?: string; credential?: string } = {}) => `
credentials:
  - name: issues api
    connector: http-json
    kind: bearer
    token: { env: ${changes.credential ?? 'ISSUES_TOKEN'} }
connections:
  - name: issues
    source:
      connector: http-json
      credential: issues api
      config: ${JSON.stringify(api.config(['issues']))}
    schedule: { every: ${changes.every ?? 'hourly'} }
  - name: billing api
    source: { connector: openapi, config: { url: ${api.url}/openapi.json } }
    ignores:
      - { rule: response-*, reason: ${changes.reason ?? 'we only write'} }
      - { operation: GET /pets, reason: internal }
${changes.more ?? ''}`;

const invalid: readonly (readonly [string, RegExp])[] = [
  ['connections:\n  - name: a\n   source: 1\n', /tidemark\.yaml:\d+:\d+: not valid YAML/],
  ['conections: []\n', /tidemark\.yaml:1:1: `conections` is not a known field/],
  ['connections:\n  - name: a\n', /tidemark\.yaml:2:5: `source` must /],
  [
    'connections:\n  - name: a\n    source: { connector: openapi, config: { url: 1 } }\n',
    /:3:\d+: `source\.config\.url` must/,
  ],
  [
    'connections:\n  - name: a\n    source: { connector: noop, config: {} }\n    shedule: {}\n',
    /:4:5: `shedule` is not a known field/,
  ],
  [
    'connections:\n  - { name: a, source: { connector: noop, config: {} } }\n  - { name: a, source: { connector: noop, config: {} } }\n',
    /:3:7: `name` is declared twice: "a"/,
  ],
  [
    'connections:\n  - name: a\n    source:\n      connector: noop\n      credential: none\n      config: {}\n',
    /:5:7: `source\.credential` is not the name of a credential: "none"/,
  ],
  [
    'credentials:\n  - { name: a, connector: github, kind: bearer, token: visible-text }\n',
    /:2:\d+: `token` must be a reference/,
  ],
  [
    'credentials:\n  - { name: a, connector: github, kind: bearer, token: { env: NOT_SET } }\n',
    /:2:\d+: `token` refers to the environment variable NOT_SET, which is not set/,
  ],
  ['credentials:\n  - { name: a, connector: github, kind: basic }\n', /:2:\d+: `kind` must be one that github accepts/],
  ['credentials:\n  - { name: a, connector: github, kind: bearer }\n', /:2:\d+: the credential "a" does not exist/],
];

describe('apply', () => {
  it('makes what the file declares, prints no secret, and makes nothing of the same file again', async () => {
    await declare(declaration());
    const planned = await apply('--plan');
    expect((await everything()).connections).toEqual([]);
    const first = await apply();
    expect(first).toContain('+ credential issues api\n');
    expect(first).toContain('+ connection billing api\n+ rule billing api\n');
    expect(first).toContain('5 to create, 0 to change, 0 to remove, 0 unchanged');
    expect(first).toContain(planned);
    const before = await everything();
    expect(before.connections).toHaveLength(2);
    expect(await apply()).toBe('0 to create, 0 to change, 0 to remove, 5 unchanged\n');
    expect(await everything()).toEqual(before);
    api.token = MARK;
    api.objects.set('issues', [{ id: 1 }]);
    const issues = before.connections.find(({ name }: { name: string }) => name === 'issues');
    expect(await on.sync(issues.id as string)).toMatchObject({ state: 'completed', counts: { created: 1 } });
    expect(planned + first).not.toContain(MARK);
  });

  it('changes only what differs, and says it value by value', async () => {
    await declare(declaration());
    await apply();
    await declare(declaration({ every: 'daily', reason: 'agreed' }));
    const text = await apply();
    expect(text).toContain('~ connection issues\n    schedule.every: "hourly" → "daily"\n');
    expect(text).toContain(
      '+ rule billing api\n    rule response-* (agreed)\n- rule billing api\n    rule response-* (we only write)\n',
    );
    expect(text).toContain('1 to create, 1 to change, 1 to remove, 3 unchanged');
    expect(await apply()).toContain('0 to create, 0 to change, 0 to remove, 5 unchanged');
  });

  it('rotates a secret only when it is another one, wherever it comes from', async () => {
    await declare(declaration());
    await apply();
    const [before] = (await everything()).credentials;
    await writeFile(folder.join('token'), `${MARK}\n`, { mode: 0o600 });
    await declare(declaration().replace('{ env: ISSUES_TOKEN }', '{ file: token }'));
    expect(await apply()).toContain('0 to change');
    expect((await everything()).credentials).toEqual([before]);
    await writeFile(folder.join('token'), 'another', { mode: 0o600 });
    expect(await apply()).toContain('~ credential issues api\n    new secrets\n');
    expect(await apply()).toContain('0 to change');
    expect((await everything()).credentials[0].updatedAt).not.toBe(before.updatedAt);
  });

  it('removes with --prune alone, and only in the sections of the file', async () => {
    await declare(declaration({ more: '  - { name: old, source: { connector: noop, config: {} } }\n' }));
    await apply();
    await declare(declaration().replace(/ {6}- \{ operation.*\n/, ''));
    const kept = await apply();
    expect(kept).toContain(
      'not declared, and kept without --prune: rule billing api operation GET /pets (internal); connection old',
    );
    expect((await everything()).connections).toHaveLength(3);
    expect(await apply('--prune')).toContain('0 to create, 0 to change, 2 to remove, 4 unchanged');
    expect((await everything()).connections).toHaveLength(2);
    await declare('connections: []\n');
    await apply('--prune');
    expect((await everything()).connections).toEqual([]);
    expect((await everything()).credentials).toHaveLength(1);
    // What was removed can be made again.
    await declare(declaration());
    expect(await apply()).toContain('4 to create, 0 to change, 0 to remove, 1 unchanged');
    expect(await apply()).toContain('5 unchanged');
  });

  it('makes one of each when several apply the same file at once, and refuses another one for the same name', async () => {
    await declare(declaration());
    await declare(declaration({ every: 'daily' }), 'other.yaml');
    const ran = await Promise.all(Array.from({ length: 4 }, () => cli.run('apply', '-f', 'tidemark.yaml')));
    expect(ran.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(ran.map(() => [0, '']));
    expect((await everything()).credentials).toHaveLength(1);
    expect((await everything()).connections).toHaveLength(2);
    await declare('connections: []\ncredentials: []\n', 'nothing.yaml');
    await cli.succeed('apply', '-f', 'nothing.yaml', '--prune');
    const differing = await Promise.all(['tidemark.yaml', 'other.yaml'].map((name) => cli.run('apply', '-f', name)));
    const { connections } = await everything();
    expect(connections).toHaveLength(2);
    for (const { exitCode, stderr } of differing)
      if (exitCode !== 0)
        expect([exitCode, stderr]).toEqual([6, expect.stringMatching(/:\d+:\d+: connection "issues": .*run it again/)]);
  });

  it('goes on where it was interrupted', async () => {
    const wrong = declaration({
      more: '  - { name: last, source: { connector: noop, config: {} }, pipeline: records }\n',
    });
    await declare(wrong);
    const { exitCode, stderr } = await cli.run('apply', '-f', 'tidemark.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /tidemark\.yaml:19:\d+: `pipeline` must be one of .*; 5 of 6 changes were made; fix it and run it again/,
    );
    await declare(wrong.replace(', pipeline: records', ''));
    expect(await apply()).toContain('1 to create, 0 to change, 0 to remove, 5 unchanged');
  });

  it('pauses and resumes where the file says so', async () => {
    const noop = (more: string) => `connections:\n  - { name: one, source: { connector: noop, config: {} }${more} }\n`;
    await declare(noop(', paused: true'));
    await apply();
    expect((await everything()).connections).toMatchObject([{ paused: true }]);
    await declare(noop(''));
    expect(await apply()).toContain('1 unchanged');
    await declare(noop(', paused: false'));
    expect(await apply()).toContain('~ connection one\n    paused: true → false\n');
  });

  it('names file, line and field of what is wrong, and changes nothing', async () => {
    for (const [text, says] of invalid) {
      await declare(text);
      const { exitCode, stdout, stderr } = await cli.run('apply', '-f', 'tidemark.yaml');
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(says);
      expect(stderr).not.toContain('visible-text');
    }
    expect(await everything()).toEqual({ credentials: [], connections: [] });
  });
});

describe('export', () => {
  it('writes what apply makes nothing of', async () => {
    await declare(declaration());
    await apply();
    // Two of one name, and one that is paused.
    for (const name of ['twin', 'twin']) await on.connect(undefined, { name });
    const [twin] = (await on.get('/v1/connections')).body.data;
    await on.post(`/v1/connections/${twin.id}/pause`);
    await cli.succeed('export', '--output', 'exported.yaml');
    const before = await everything();
    expect(await cli.succeed('apply', '-f', 'exported.yaml', '--prune', '--exit-code')).toContain(
      ' 0 to change, 0 to remove, ',
    );
    expect((await everything()).connections).toEqual(before.connections);
    const text = await readFile(folder.join('exported.yaml'), 'utf8');
    expect(text).toContain('credential: issues api');
    expect(text).toContain('# token: { env: ISSUES_API_TOKEN }');
    expect(text).not.toContain(MARK);
  });
});

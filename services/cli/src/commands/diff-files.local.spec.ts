import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { tidemark } from '../testing/command-line.js';
import { localServer } from '../testing/local-server.js';

const api = (paths: object, more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'pets', version: '1.0.0' },
  paths,
  ...more,
});
const answer = (schema: object) => ({
  get: { responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } },
});
const pet = (type: string) => ({
  type: 'object',
  properties: { id: { type }, kind: { $ref: 'kinds/kind.yaml#/Kind' }, parent: { $ref: '#' } },
});

let folder: TemporaryFolder;
const put = (name: string, content: unknown) => {
  mkdirSync(dirname(folder.join(name)), { recursive: true });
  writeFileSync(folder.join(name), content instanceof Uint8Array ? content : JSON.stringify(content));
};
const git = (...args: string[]) => execFileSync('git', args, { cwd: folder.path, stdio: 'ignore' });

/** A description in several files: a path item, a schema in its own file, and one in a table beside it. */
const putSplit = (name: string, type: string) => {
  put(`${name}/openapi.json`, api({ '/pets': { $ref: 'paths/pets.json' } }));
  put(`${name}/paths/pets.json`, answer({ $ref: '../pet%20one.json' }));
  put(`${name}/pet one.json`, pet(type));
  writeFileSync(
    (mkdirSync(folder.join(name, 'kinds')), folder.join(name, 'kinds/kind.yaml')),
    'Kind:\n  type: string\n  enum: [cat, dog]\n',
  );
};

beforeAll(async () => {
  folder = await temporaryFolder();
  putSplit('a', 'string');
  putSplit('b', 'integer');
  const { parent: _, ...properties } = pet('string').properties;
  const Pet = { type: 'object', properties: { ...properties, parent: { $ref: '#/components/schemas/Pet' } } };
  const Kind = { type: 'string', enum: ['cat', 'dog'] };
  const schemas = {
    Pet: { ...Pet, properties: { ...Pet.properties, kind: { $ref: '#/components/schemas/Kind' } } },
    Kind,
  };
  put('whole.json', api({ '/pets': answer({ $ref: '#/components/schemas/Pet' }) }, { components: { schemas } }));
  git('init');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@a.example', 'commit', '-m', 'one');
});
afterAll(() => folder.remove());

const diff = (argv: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  tidemark('not a URL', ['diff', ...argv], { env: { INIT_CWD: folder.path, ...env } });
const changes = async (argv: readonly string[]) => {
  const { stdout, stderr } = await diff([...argv, '--json']);
  return { stderr, changes: JSON.parse(stdout).changes as { rule: string; severity: string }[] };
};

describe('diff of descriptions in several files', () => {
  it('compares what they refer to', async () => {
    const { stderr, changes: found } = await changes(['a/openapi.json', 'b/openapi.json']);
    expect([stderr, found.filter(({ severity }) => severity === 'breaking')]).toEqual(['', [expect.anything()]]);
    expect(await diff(['a/openapi.json', 'a/openapi.json', '--fail-on', 'risky'])).toMatchObject({ exitCode: 0 });
  });

  it('finds no difference to the same description in one file', async () => {
    for (const pair of [
      ['a/openapi.json', 'whole.json'],
      ['whole.json', 'a/openapi.json'],
    ])
      expect(await changes(pair)).toEqual({ stderr: '', changes: [] });
  });

  it('reads them from a revision and gzipped, too', async () => {
    for (const name of ['HEAD:a/openapi.json', 'git:HEAD:./a/openapi.json'])
      expect(await changes([name, 'a/openapi.json'])).toEqual({ stderr: '', changes: [] });
    put('zipped/openapi.json', gzipSync(JSON.stringify(api({ '/pets': { $ref: 'pets.json' } }))));
    put('zipped/pets.json', gzipSync(JSON.stringify(answer({ type: 'string' }))));
    const whole = api({ '/pets': answer({ type: 'string' }) });
    put('zipped/whole.json', whole);
    expect(await changes(['zipped/openapi.json', 'zipped/whole.json'])).toEqual({ stderr: '', changes: [] });
  });

  it('reads those of a URL from below its folder', async () => {
    const server = await localServer({
      'GET /v1/openapi.json': () => api({ '/pets': { $ref: 'pets.json' }, '/cats': { $ref: '../cats.json' } }),
      'GET /v1/pets.json': () => answer({ type: 'string' }),
      'GET /cats.json': () => answer({ type: 'string' }),
    });
    try {
      const url = `${server.url}/v1/openapi.json`;
      const { exitCode, stderr } = await diff([url, url, '--fail-on', 'breaking']);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('refers to 1 other document')]);
      expect(server.requests.every(({ url: asked }) => asked?.startsWith('/v1/'))).toBe(true);
    } finally {
      await server.close();
    }
  });

  it('never leaves the folder of the description, unless the folder of the references is given', async () => {
    put('secret.json', { type: 'string', enum: ['secret'] });
    for (const [name, reference] of [
      ['up', '../secret.json'],
      ['encoded', '%2e%2e/secret.json'],
      ['slash', '..%2fsecret.json'],
      ['absolute', folder.join('secret.json')],
      ['scheme', `file://${folder.join('secret.json')}`],
      ['link', 'link.json'],
      ['folder-link', 'linked/secret.json'],
    ] as const) {
      put(`out-${name}/openapi.json`, api({ '/pets': answer({ $ref: reference }) }));
      if (name === 'link') symlinkSync(folder.join('secret.json'), folder.join('out-link/link.json'));
      if (name === 'folder-link') symlinkSync(folder.path, folder.join('out-folder-link/linked'));
      const file = `out-${name}/openapi.json`;
      const { exitCode, stdout, stderr } = await diff([file, 'a/openapi.json', '--fail-on', 'breaking', '--json']);
      expect([name, exitCode, stderr]).toEqual([name, 1, expect.stringContaining('not everything is compared')]);
      expect(stdout).not.toContain('"secret"');
    }
    const allowed = await diff(['out-up/openapi.json', 'out-up/openapi.json', '--refs', '.', '--fail-on', 'breaking']);
    expect(allowed).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('does not wait for a pipe, and refuses a document that is broken, naming it', async () => {
    put('pipe/openapi.json', api({ '/pets': answer({ $ref: 'pipe.json' }) }));
    execFileSync('mkfifo', [folder.join('pipe/pipe.json')]);
    expect((await diff(['pipe/openapi.json', 'pipe/openapi.json'])).stderr).toContain('pipe.json');
    put('broken/openapi.json', api({ '/pets': answer({ $ref: 'part.yaml' }) }));
    writeFileSync(folder.join('broken/part.yaml'), 'a: "b');
    const { exitCode, stderr } = await diff(['broken/openapi.json', 'broken/openapi.json']);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/broken\/part\.yaml:\d+:\d+: not valid YAML/)]);
  });

  it('follows the mapping of a discriminator', async () => {
    const cat = (type: string) => ({
      type: 'object',
      required: ['kind'],
      properties: { kind: { type: 'string' }, id: { type } },
    });
    const base = { type: 'object', required: ['kind'], properties: { kind: { type: 'string' } } };
    for (const [name, type] of [
      ['one', 'string'],
      ['two', 'integer'],
    ] as const) {
      put(`mapped-${name}/openapi.json`, api({ '/pets': answer({ $ref: 'pet.json' }) }));
      put(`mapped-${name}/pet.json`, {
        ...base,
        discriminator: { propertyName: 'kind', mapping: { cat: 'cat.json' } },
      });
      put(`mapped-${name}/cat.json`, cat(type));
    }
    const { changes: found } = await changes(['mapped-one/openapi.json', 'mapped-two/openapi.json']);
    expect(found.map(({ severity }) => severity)).toContain('breaking');
  });
});

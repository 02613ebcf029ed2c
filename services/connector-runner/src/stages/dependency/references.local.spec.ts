import { FileBlobStore, readJson, type BlobId } from '@tidemark/blob-store';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type LegOptions, type LegRun, Publisher, runLeg } from '../../testing/run-leg.js';

let publisher: Publisher;
let folder: TemporaryFolder;

beforeEach(async () => {
  publisher = await Publisher.start();
  folder = await temporaryFolder();
});

afterEach(async () => {
  await publisher.stop();
  await folder.remove();
});

function run({ config, ...options }: Partial<LegOptions> = {}): Promise<LegRun> {
  const whole = { url: `${publisher.url}/v1/api.json`, ...config };
  return runLeg(folder.path, { config: whole, ...options });
}

/** The parts of a canonical description that these tests look at. */
interface Content {
  readonly paths: Record<
    string,
    {
      readonly get: {
        readonly parameters: readonly { readonly name?: string; readonly $ref?: string }[];
        readonly responses: Record<string, { readonly content: Record<string, { readonly schema: Schema }> }>;
      };
    }
  >;
  readonly components: { readonly schemas: Record<string, Schema> };
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, Schema>;
  readonly examples?: unknown;
}

/** The canonical content of a run. */
const content = ({ last }: LegRun) =>
  readJson<Content>(new FileBlobStore(folder.path), last.output['canonicalBlob'] as BlobId);

/** The schema of the response of `GET <path>`. */
const answerOf = ({ paths }: Content, path: string) =>
  paths[path]!.get.responses['200']!.content['application/json']!.schema;

/** The schema that a reference names. */
const named = ({ components }: Content, { $ref = '' }: Schema = {}) => components.schemas[$ref.split('/').at(-1)!]!;

const paths = () => publisher.requests.map(({ path }) => path);

const schemaOf = (schema: object) => ({
  openapi: '3.0.3',
  info: { title: 't', version: '1' },
  paths: { '/a': { get: { responses: { '200': { description: 'd', content: { 'application/json': { schema } } } } } } },
});

describe('a description made of several documents', () => {
  beforeEach(() => {
    publisher.publish('/v1/api.json', {
      openapi: '3.0.3',
      info: { title: 'Zoo', version: '1' },
      paths: {
        '/pets': { $ref: 'paths/pets.yaml' },
        '/self': { get: { parameters: [{ $ref: 'api.json#/components/parameters/Id' }], responses: {} } },
      },
      components: { parameters: { Id: { name: 'id', in: 'query', schema: { type: 'string' } } } },
    });
    publisher.publish(
      '/v1/paths/pets.yaml',
      stringify({
        get: {
          parameters: [{ $ref: '../common.json#/params/limit' }, { $ref: '../api.json#/components/parameters/Id' }],
          responses: { '200': { $ref: '#/x-responses/pets' } },
        },
        'x-responses': {
          pets: {
            description: 'd',
            content: { 'application/json': { schema: { $ref: '../common.json#/schemas/Pet' } } },
          },
        },
      }),
    );
    publisher.publish('/v1/common.json', {
      params: { limit: { name: 'limit', in: 'query', schema: { type: 'integer' } } },
      schemas: {
        Pet: {
          type: 'object',
          properties: {
            mother: { $ref: '#/schemas/Pet' },
            example: { $ref: 'name.yaml' },
            kind: { type: 'string', example: { $ref: 'no-reference.json' } },
          },
        },
        Unused: { $ref: 'never-fetched.json' },
      },
    });
    publisher.publish('/v1/name.yaml', 'type: string\nmaxLength: 40\n');
  });

  it('is read as one, fetching each document once and only as needed', async () => {
    const result = await run();
    expect(paths().sort()).toEqual(['/v1/api.json', '/v1/common.json', '/v1/name.yaml', '/v1/paths/pets.yaml']);
    const api = await content(result);
    const names = api.paths['/pets']!.get.parameters.map(({ name, $ref }) => name ?? $ref);
    expect(names.sort()).toEqual(['#/components/parameters/Id', 'limit']);
    const reference = answerOf(api, '/pets');
    const { mother, kind, example } = named(api, reference).properties!;
    expect(mother).toEqual(reference);
    expect(kind!.examples).toEqual([{ $ref: 'no-reference.json' }]);
    expect(named(api, example)).toEqual({ type: 'string', maxLength: 40 });
    expect(result.outputs['fetch']).toMatchObject({ source: { externalRefs: 3 } });
  });

  it('gives the same content every time, also when every stage runs in a process of its own', async () => {
    const together = await run();
    const apart = await run({ fresh: true });
    expect(apart.outputs).toEqual(together.outputs);
  });

  it('has changed when only a document that it refers to has', async () => {
    const page = publisher.pages.get('/v1/api.json') as { body: string };
    publisher.publish('/v1/api.json', page.body, { etag: '"root"' });
    const first = await run();
    expect((await run({ cursor: first.cursor })).last.finish).toBe('unchanged');
    publisher.publish('/v1/name.yaml', 'type: string\nmaxLength: 41\n');
    const third = await run({ cursor: first.cursor, jobId: 'job-3' });
    expect(third.last.output['previous']).toMatchObject({ snapshotId: first.last.output['snapshotId'] });
    expect(publisher.requests.every(({ headers }) => headers['if-none-match'] === undefined)).toBe(true);
  });

  it('has the same content wherever the whole of it is moved', async () => {
    const { last } = await run();
    for (const [path, page] of [...publisher.pages]) publisher.pages.set(path.replace('/v1/', '/v2/'), page);
    const moved = await run({ config: { url: `${publisher.url}/v2/api.json` } });
    expect(moved.last.output['contentHash']).toBe(last.output['contentHash']);
  });

  it('is left alone with followRefs: false', async () => {
    await run({ config: { followRefs: false } });
    expect(paths()).toEqual(['/v1/api.json']);
  });

  it('may refer to no more documents than maxRefs, nor to more bytes than maxBytes', async () => {
    await expect(run({ config: { maxRefs: 2 } })).rejects.toMatchObject({
      code: 'SOURCE_TOO_MANY_REFERENCES',
      retryable: false,
      message: `${publisher.url}/v1/api.json refers to more than 2 other documents (maxRefs)`,
    });
    const sizes = [...publisher.pages.values()].map((page) => (page as { body: string }).body.length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect((await run({ config: { maxRefs: 3, maxBytes: total } })).last.output['bytes']).toBe(total);
    await expect(run({ config: { maxBytes: total - 1 } })).rejects.toMatchObject({ code: 'SOURCE_RESPONSE_TOO_LARGE' });
  });
});

describe('a reference to another document', () => {
  it('is checked by the guard', async () => {
    publisher.publish('/v1/api.json', schemaOf({ $ref: 'http://169.254.169.254/latest/meta-data?key=hunter2' }));
    await expect(run()).rejects.toMatchObject({
      code: 'SOURCE_ADDRESS_REFUSED',
      retryable: false,
      message: expect.stringMatching(
        /^a document that the description refers to: http:\/\/169.254.169.254\/ resolves to/,
      ),
    });
  });

  it('sends the headers of the config to the same origin only', async () => {
    const other = await Publisher.start();
    publisher.publish('/v1/api.json', schemaOf({ allOf: [{ $ref: 'a.json' }, { $ref: `${other.url}/b.json` }] }));
    publisher.publish('/v1/a.json', { type: 'string' });
    other.publish('/b.json', { maxLength: 3 });
    await run({ config: { headers: { 'X-Team': 'zoo' } } });
    expect(publisher.requests.map(({ headers }) => headers['x-team'])).toEqual(['zoo', 'zoo']);
    expect(other.requests.map(({ headers }) => headers['x-team'])).toEqual([undefined]);
    await other.stop();
  });

  it('that cannot be read is named with line and column', async () => {
    publisher.publish('/v1/api.json', schemaOf({ $ref: 'broken.json' }));
    publisher.publish('/v1/broken.json', '{"type": "object",\n  "properties" 1}');
    const failure = run();
    await expect(failure).rejects.toMatchObject({ code: 'SOURCE_INVALID', retryable: false });
    await expect(failure).rejects.toThrow(new RegExp(`^${publisher.url}/v1/broken.json:2:\\d+: .*followRefs: false`));
  });

  it('that leads nowhere, or by an anchor or another scheme, stays as it is', async () => {
    const odd = ['a.json#/none', 'a.json#anchor', 'urn:x:y', '#/components/schemas/none', '%'].map(($ref) => ({
      $ref,
    }));
    publisher.publish('/v1/api.json', schemaOf({ type: 'object', properties: { ...odd } }));
    publisher.publish('/v1/a.json', {});
    publisher.publish('/v1/%', {});
    const api = await content(await run());
    const { 4: percent, ...rest } = answerOf(api, '/a').properties!;
    expect(Object.values(rest)).toEqual(odd.slice(0, 4));
    expect(Object.keys(api.components.schemas)).toHaveLength(1);
    expect(named(api, percent)).toEqual({});
  });

  it('may form a cycle through several documents', async () => {
    publisher.publish('/v1/api.json', schemaOf({ $ref: 'a.json' }));
    publisher.publish('/v1/a.json', { type: 'object', properties: { b: { $ref: 'b.json#' } } });
    publisher.publish('/v1/b.json', { type: 'array', items: { $ref: 'a.json' } });
    const { components } = await content(await run());
    expect(
      Object.keys(components.schemas)
        .map((name) => name.split('-')[0])
        .sort(),
    ).toEqual(['a', 'b']);
  });

  it('is understood in OpenAPI 2.0', async () => {
    publisher.publish('/v1/api.json', {
      swagger: '2.0',
      info: { title: 't', version: '1' },
      paths: {
        '/a': {
          get: {
            parameters: [{ $ref: 'p.json' }],
            responses: { 200: { description: 'd', schema: { $ref: 's.json' } } },
          },
        },
      },
      produces: ['application/json'],
    });
    publisher.publish('/v1/p.json', { name: 'q', in: 'query', type: 'integer' });
    publisher.publish('/v1/s.json', { type: 'string' });
    const { components, paths: items } = await content(await run());
    expect(items['/a']!.get.parameters).toEqual([{ name: 'q', in: 'query', schema: { type: 'integer' } }]);
    expect(Object.values(components.schemas)).toEqual([{ type: 'string' }]);
  });

  it('cannot be used to make a small description expand into a huge one', async () => {
    const twice = (ref: string) => ({ callbacks: { a: { x: { $ref: ref } }, b: { x: { $ref: ref } } } });
    const levels = Array.from({ length: 40 }, (_, n) => [
      `l${n}`,
      { post: { ...twice(`#/l${n + 1}`), responses: {} } },
    ]);
    publisher.publish('/v1/bomb.json', { ...Object.fromEntries(levels), l40: {} });
    publisher.publish('/v1/api.json', {
      openapi: '3.0.3',
      info: { title: 't', version: '1' },
      paths: { '/a': { $ref: 'bomb.json#/l0' } },
    });
    await expect(run()).rejects.toMatchObject({ code: 'SOURCE_INVALID', retryable: false });
  });

  it('aborts the others when one fails', async () => {
    const closed = Promise.withResolvers<void>();
    const requested = Promise.withResolvers<void>();
    publisher.publish('/v1/api.json', schemaOf({ allOf: [{ $ref: 'hangs.json' }, { $ref: 'missing.json' }] }));
    publisher.pages.set('/v1/hangs.json', (request) => {
      requested.resolve();
      request.socket.on('close', () => closed.resolve());
    });
    publisher.pages.set('/v1/missing.json', (_request, response) => {
      void requested.promise.then(() => response.writeHead(404).end());
    });
    await expect(run()).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND', retryable: false });
    await closed.promise;
  });
});

type Json = unknown;

/** An attempt to hold up everybody: documents by path, of which the first is the description. */
export interface Hostile {
  readonly files: Readonly<Record<string, string>>;
  /** The next version of the description, to be compared with the first. */
  readonly next?: string;
}

const described = (rest: object): string =>
  JSON.stringify({ openapi: '3.1.0', info: { title: 'hostile', version: '1' }, paths: {}, ...rest });
const yaml = (rest: string): string => `openapi: 3.1.0\ninfo: {title: hostile, version: "1"}\npaths: {}\n${rest}\n`;
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const table = (count: number, make: (index: number) => [string, Json]) => Object.fromEntries(many(count, make));
const answering = (schema: Json) => ({
  get: { responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } },
});
const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const description = (text: string): Hostile => ({ files: { '/api': text } });

/** Schemas that all refer to all. */
const allToAll = (edition: number): string =>
  described({
    paths: table(100, (n) => [`/p${n}`, answering(schemaRef(`S${n}`))]),
    components: {
      schemas: table(100, (n) => [
        `S${n}`,
        { type: 'object', properties: { ...table(100, (m) => [`p${m}`, schemaRef(`S${m}`)]), [`e${edition}`]: {} } },
      ]),
    },
  });

/** Many operations that reach many changes. */
const slowToCompare = (edition: number): string =>
  described({
    paths: table(5000, (n) => [`/p${n}`, answering(schemaRef('Root'))]),
    components: {
      schemas: { Root: { type: 'object', properties: table(2000, (n) => [`p${n}`, { type: edition ? 'string' : 'integer' }]) } }, // prettier-ignore
    },
  });

const choices = (edition: number): string =>
  described({
    paths: { '/a': answering(schemaRef('Root')) },
    components: { schemas: { Root: { anyOf: many(10_000, (n) => ({ properties: { [`p${n}_${edition}`]: {} } })) } } },
  });

const withDocument = (path: string, document: string, count = 1): Hostile => ({
  files: {
    '/api': described({ paths: table(count, (n) => [`/a${n}`, { $ref: `${path.slice(1)}#/item` }]) }),
    [path]: document,
  },
});

/** By name: each is some way to take time, memory, or the stack. */
export const hostileDocuments: Readonly<Record<string, () => Hostile>> = {
  'schemas that all refer to all': () => ({ files: { '/api': allToAll(1) }, next: allToAll(2) }),
  'a description that is slow to compare': () => ({ files: { '/api': slowToCompare(0) }, next: slowToCompare(1) }),
  'choices without end': () => ({ files: { '/api': choices(0) }, next: choices(1) }),
  'tabs in a value': () => description(yaml(`x-a: "a${'\t'.repeat(80_000)}b\n  c"`)),
  'spaces in a key of the full reader': () => description(yaml(`x-a: &a "a${' '.repeat(80_000)}b\n  c"`)),
  'a long reference': () => description(described({ paths: { '/a': { $ref: `${'a'.repeat(80_000)}#` } } })),
  'a referenced document with many keys': () =>
    withDocument('/keys', `item: &a\n${many(10_000, (n) => `  x-k${n}: value ${n}`).join('\n')}\n`),
  'a large referenced document': () =>
    withDocument('/large', `item: &a\n${many(300_000, (n) => `  x-k${n}: value ${n}`).join('\n')}\n`),
  'a large root with one reference': () => ({
    files: {
      '/api': described({ 'x-a': many(400_000, (n) => ({ n, text: 'x'.repeat(60) })), paths: { '/a': { $ref: 'b#/item' } } }), // prettier-ignore
      '/b': JSON.stringify({ item: {} }),
    },
  }),
  'references to a large text': () =>
    withDocument('/text', JSON.stringify({ item: { description: 'x'.repeat(30_000_000) } }), 40),
  'aliases of a large text': () =>
    description(yaml(`x-a: &a "${'a'.repeat(3_000_000)}"\nx-b: [${'*a, '.repeat(9000)}]`)),
  'references to a large path item': () =>
    description(described({ paths: table(2000, (n) => [`/a${n}`, { $ref: '#/x-item' }]), 'x-item': { get: { description: 'x'.repeat(2_000_000), responses: {} } } })), // prettier-ignore
  'deep nesting': () => description(`${'[{"a":'.repeat(200_000)}1${'}]'.repeat(200_000)}`),
  'deep nesting in YAML': () => description(`a: ${'['.repeat(100_000)}`),
  'brackets without end': () => description(`{"openapi":"3.1.0","x":[${'[],'.repeat(5_000_000)}[]]}`),
  'merge keys of merge keys': () =>
    description(yaml(`x-a: &a {${many(5000, (n) => `k${n}: 1`).join(', ')}}\nx-b:\n  <<: [${'*a, '.repeat(5000)}]`)),
  'a pattern that backtracks': () => ({
    files: {
      '/api': described({ paths: { '/a': answering({ patternProperties: { '^(a+)+$': { type: 'object' } } }) } }),
    },
    next: described({
      paths: {
        '/a': answering({
          patternProperties: { '^(a+)+$': { type: 'object' } },
          properties: { [`${'a'.repeat(60)}b`]: { type: 'string' } },
        }),
      },
    }),
  }),
  'parameters times methods': () =>
    description(described({ paths: table(200, (n) => [`/p${n}`, { parameters: many(2000, (m) => ({ name: `q${m}`, in: 'query' })), get: {}, put: {}, post: {}, delete: {}, head: {}, patch: {} }]) })), // prettier-ignore
};

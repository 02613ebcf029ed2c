type Node = Record<string, any>;

/** A value that fits a JSON Schema; fields that are named like ids are given these ids, in turn. */
export class Samples {
  #next = 0;

  constructor(
    private readonly schemas: Node,
    private readonly ids: readonly string[],
  ) {}

  of(schema: Node, name = ''): unknown {
    if (schema['$ref']) return this.of(this.schemas[schema['$ref'].split('/').at(-1)], name);
    const type = [schema['type']].flat()[0];
    if (isId(name) && type === 'string') return this.ids[this.#next++ % this.ids.length];
    if (schema['example'] !== undefined) return schema['example'];
    if (schema['default'] !== undefined) return schema['default'];
    if (schema['enum']) return schema['enum'][0];
    const [first] = (schema['oneOf'] ?? schema['anyOf'] ?? schema['allOf'] ?? []) as Node[];
    if (first) return this.of(first, name);
    if (type === 'array') return [this.of(schema['items'], name.replace(/s$/, ''))];
    if (type === 'object') return this.#object(schema);
    if (type === 'string') return schema['format'] === 'date-time' ? '2026-01-31T08:00:00Z' : 'sample';
    if (type === 'integer' || type === 'number') return schema['minimum'] ?? 1;
    return type === 'boolean';
  }

  #object({ properties = {}, required = [] }: Node): object {
    const wanted = Object.entries<Node>(properties).filter(([name]) => required.includes(name) || isId(name));
    return Object.fromEntries(wanted.map(([name, schema]) => [name, this.of(schema, name)]));
  }
}

/** `id`, `jobId`, `job_id`, `jobIds`; not `externalId`, which the caller makes up. */
export const isId = (name: string) => /^ids?$|[a-z]Ids?$|_ids?$/.test(name) && !/^external/i.test(name);

/** Every id in an answer. */
export function idsIn(value: unknown, name = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => idsIn(one, name));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => idsIn(one, key));
  return typeof value === 'string' && isId(name) && name !== 'requestId' ? [value] : [];
}

/** Ids that nothing has. */
export const rubbishIds = [
  '019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e',
  '..%2f..%2fetc',
  '%00',
  '%ff%fe',
  '__proto__',
  'constructor',
  "'%20or%201=1--",
  '%F0%9F%92%A5',
  '-1',
  '*',
  '>',
  '$all',
  'x'.repeat(400),
];

export const rubbishBodies = [
  '{',
  'null',
  '[]',
  '""',
  '1e999',
  '{"__proto__":{"id":1},"constructor":{"prototype":{}}}',
  `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`,
  '{"id":{"$gt":""},"name":["\\u0000"],"type":-1}',
];

import { isReference, asArray, asObject, asString, isObject, type Json, type JsonObject } from './json.js';
import { Side } from './compare/side.js';
import { METHODS } from './normalize/kinds.js';
import type { CanonicalApi } from './normalize/normalize.js';
import { UnfoldsTooFar } from './unfold.js';

/** A parameter with its references followed. */
export interface ResolvedParameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly description?: string;
  readonly schema?: Json;
}

export interface ResolvedBody {
  readonly required: boolean;
  readonly description?: string;
  /** Media type → schema. */
  readonly content: Record<string, Json>;
}

export interface ResolvedResponse {
  readonly description?: string;
  readonly headers: Record<string, Json>;
  readonly content: Record<string, Json>;
}

/** One operation, readable without the rest of the description. */
export interface ResolvedOperation {
  /** In lower case. */
  readonly method: string;
  readonly path: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated: boolean;
  readonly tags: string[];
  readonly parameters: ResolvedParameter[];
  readonly requestBody?: ResolvedBody;
  /** Status → response. */
  readonly responses: Record<string, ResolvedResponse>;
}

export interface OperationsOptions {
  /** How many references deep schemas are written out; below that (and in cycles) they stay. Default 3. */
  readonly depth?: number;
  /** Characters after which references stay as well; twice as many are refused. Default: no limit. */
  readonly most?: number;
}

/** Some of an API's operations, and how many there are in all. */
export interface OperationPage {
  readonly data: ResolvedOperation[];
  readonly total: number;
}

/** All operations of an API, by path and method, with references resolved to a limited depth. */
export const operations = (api: CanonicalApi, options: OperationsOptions = {}): ResolvedOperation[] =>
  operationPage(api, 0, Infinity, options).data;

/** How many operations an API has. */
export const countOperations = (api: CanonicalApi): number => listed(api).length;

/** At most `count` of them, from the one of that index on; the others are not resolved. @throws UnfoldsTooFar */
export const operationPage = (
  api: CanonicalApi,
  from: number,
  count: number,
  options: OperationsOptions = {},
): OperationPage => {
  const resolver = new Resolver(new Side(api), options.depth ?? 3, options.most ?? Infinity);
  const found = listed(api);
  const page = found.slice(from, from + count);
  return { data: page.map((one) => resolver.operation(...one)), total: found.length };
};

type Listed = readonly [method: string, path: string, operation: JsonObject];

const listed = (api: CanonicalApi): Listed[] => {
  const found: Listed[] = [];
  for (const path of Object.keys(api.paths).sort()) {
    const item = asObject(api.paths[path]);
    for (const method of Object.keys(item).sort()) {
      const operation = item[method];
      if (METHODS.has(method) && isObject(operation)) found.push([method, path, operation]);
    }
  }
  return found;
};

class Resolver {
  constructor(
    readonly side: Side,
    readonly depth: number,
    readonly most: number,
  ) {}

  /** Characters so far. */
  used = 0;

  use(characters: number): void {
    this.used += characters;
    if (this.used > 2 * this.most) throw new UnfoldsTooFar(2 * this.most);
  }

  operation(method: string, path: string, operation: JsonObject): ResolvedOperation {
    const body = operation['requestBody'];
    return {
      method,
      path,
      ...this.texts(operation, ['operationId', 'summary', 'description']),
      deprecated: operation['deprecated'] === true,
      tags: asArray(operation['tags']).filter((tag) => typeof tag === 'string'),
      parameters: asArray(operation['parameters']).map((parameter) => this.parameter(parameter)),
      ...(body !== undefined && { requestBody: this.body(body) }),
      responses: mapValues(operation['responses'], (response) => this.response(response)),
    };
  }

  parameter(value: Json): ResolvedParameter {
    const { node } = this.side.resolve(value);
    const schema = node['schema'] ?? asObject(Object.values(asObject(node['content']))[0])['schema'];
    return {
      name: asString(node['name']) ?? '',
      in: asString(node['in']) ?? '',
      required: node['required'] === true,
      deprecated: node['deprecated'] === true,
      ...this.texts(node, ['description']),
      ...(schema !== undefined && { schema: this.schema(schema, 0, []) }),
    };
  }

  body(value: Json): ResolvedBody {
    const { node } = this.side.resolve(value);
    return {
      required: node['required'] === true,
      ...this.texts(node, ['description']),
      content: this.content(node['content']),
    };
  }

  response(value: Json): ResolvedResponse {
    const { node } = this.side.resolve(value);
    return {
      ...this.texts(node, ['description']),
      headers: mapValues(node['headers'], (header) =>
        this.schema(this.side.resolve(header).node['schema'] ?? {}, 0, []),
      ),
      content: this.content(node['content']),
    };
  }

  content(value: Json | undefined): Record<string, Json> {
    return mapValues(value, (media) => this.schema(asObject(media)['schema'] ?? {}, 0, []));
  }

  texts<Key extends string>(node: JsonObject, keys: Key[]): Partial<Record<Key, string>> {
    this.use(40);
    const found = keys.flatMap((key) => {
      const text = node[key];
      if (typeof text !== 'string') return [];
      this.use(text.length);
      return [[key, text]];
    });
    return Object.fromEntries(found) as Partial<Record<Key, string>>;
  }

  schema(value: Json, hops: number, open: string[]): Json {
    if (typeof value !== 'object' || value === null) {
      this.use(typeof value === 'string' ? value.length + 3 : 5);
      return value;
    }
    this.use(2);
    if (Array.isArray(value)) return value.map((item) => this.schema(item, hops, open));
    if (isReference(value)) {
      if (this.used > this.most || hops >= this.depth || open.includes(value.$ref)) {
        this.use(value.$ref.length + 10);
        return { $ref: value.$ref };
      }
      const { node } = this.side.resolve(value);
      return isReference(node) ? node : this.schema(node, hops + 1, [...open, value.$ref]);
    }
    return mapValues(value, (item, key) => {
      this.use(key.length + 3);
      return this.schema(item, hops, open);
    });
  }
}

const mapValues = <T>(table: Json | undefined, change: (value: Json, key: string) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(asObject(table)).map(([key, value]) => [key, change(value as Json, key)]));

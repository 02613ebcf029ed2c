import { isReference, asArray, asObject, asString, isObject, type Json, type JsonObject } from './json.js';
import { Side } from './compare/side.js';

import { METHODS } from './normalize/kinds.js';
import type { CanonicalApi } from './normalize/normalize.js';

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
}

/** Some of an API's operations, and how many there are in all. */
export interface OperationPage {
  readonly data: ResolvedOperation[];
  readonly total: number;
}

/** All operations of an API, by path and method, with references resolved to a limited depth. */
export const operations = (api: CanonicalApi, options: OperationsOptions = {}): ResolvedOperation[] =>
  operationPage(api, 0, Infinity, options).data;

/** At most `count` of them, from the one of that index on; the others are not resolved. */
export const operationPage = (
  api: CanonicalApi,
  from: number,
  count: number,
  options: OperationsOptions = {},
): OperationPage => {
  const resolver = new Resolver(new Side(api), options.depth ?? 3);
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
  ) {}

  operation(method: string, path: string, operation: JsonObject): ResolvedOperation {
    const body = operation['requestBody'];
    return {
      method,
      path,
      ...texts(operation, ['operationId', 'summary', 'description']),
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
      ...texts(node, ['description']),
      ...(schema !== undefined && { schema: this.schema(schema, 0, []) }),
    };
  }

  body(value: Json): ResolvedBody {
    const { node } = this.side.resolve(value);
    return {
      required: node['required'] === true,
      ...texts(node, ['description']),
      content: this.content(node['content']),
    };
  }

  response(value: Json): ResolvedResponse {
    const { node } = this.side.resolve(value);
    return {
      ...texts(node, ['description']),
      headers: mapValues(node['headers'], (header) =>
        this.schema(this.side.resolve(header).node['schema'] ?? {}, 0, []),
      ),
      content: this.content(node['content']),
    };
  }

  content(value: Json | undefined): Record<string, Json> {
    return mapValues(value, (media) => this.schema(asObject(media)['schema'] ?? {}, 0, []));
  }

  schema(value: Json, hops: number, open: string[]): Json {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.schema(item, hops, open));
    if (isReference(value)) {
      if (hops >= this.depth || open.includes(value.$ref)) return { $ref: value.$ref };
      const { node } = this.side.resolve(value);
      return isReference(node) ? node : this.schema(node, hops + 1, [...open, value.$ref]);
    }
    return mapValues(value, (item) => this.schema(item, hops, open));
  }
}

const texts = <Key extends string>(node: JsonObject, keys: Key[]): Partial<Record<Key, string>> =>
  Object.fromEntries(keys.flatMap((key) => (typeof node[key] === 'string' ? [[key, node[key]]] : []))) as Partial<
    Record<Key, string>
  >;

const mapValues = <T>(table: Json | undefined, change: (value: Json) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(asObject(table)).map(([key, value]) => [key, change(value as Json)]));

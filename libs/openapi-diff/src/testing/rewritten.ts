import { childPlace, type Place } from '../bundle/places.js';
import { isObject, type Json, type JsonObject } from '../json.js';

/** Copies a description; `edit` may replace what is at each place. */
const rewritten = (value: Json, place: Place, edit: (node: JsonObject, place: Place) => JsonObject): Json => {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, place, edit));
  if (!isObject(value)) return value;
  const entries = Object.entries(edit(value, place)).map(([key, child]) => [
    key,
    rewritten(child!, childPlace(place, key, child), edit),
  ]);
  return Object.fromEntries(entries) as JsonObject;
};

/** A description of 3.0 as tools rewrite it for 3.1: `nullable`, exclusive bounds and examples of schemas. */
export const upgraded = (document: JsonObject): JsonObject => {
  const upgrade = (schema: JsonObject): JsonObject => {
    const { nullable, example, exclusiveMinimum, exclusiveMaximum, minimum, maximum, ...rest } = schema;
    const bound = (exclusive: Json | undefined, limit: Json | undefined, name: string) => {
      if (limit === undefined) return {};
      return { [exclusive === true ? `exclusive${name}` : name.toLowerCase()]: limit };
    };
    const modern: JsonObject = {
      ...rest,
      ...bound(exclusiveMinimum, minimum, 'Minimum'),
      ...bound(exclusiveMaximum, maximum, 'Maximum'),
      ...(example !== undefined && { examples: [example] }),
    };
    if (nullable !== true) return modern;
    // Without a type it has no effect in 3.0, and stays.
    return modern['type'] === undefined ? { ...modern, nullable } : { ...modern, type: [modern['type'], 'null'] };
  };
  const edit = (node: JsonObject, place: Place) => (place === 'schema' ? upgrade(node) : node);
  return { ...(rewritten(document, 'object', edit) as JsonObject), openapi: '3.1.0' };
};

/** A description in as many files as it has schemas, by name; that of the root is `openapi.json`. */
export const split = (document: JsonObject): ReadonlyMap<string, JsonObject> => {
  const inFile = (reference: Json | undefined): Json | undefined => {
    const [, name] = (typeof reference === 'string' && /^#\/components\/schemas\/([^/]+)$/.exec(reference)) || [];
    return name === undefined ? reference : `${name}.json`;
  };
  const edit = (node: JsonObject, place: Place): JsonObject => {
    if (place === 'mapping')
      return Object.fromEntries(Object.entries(node).map(([value, target]) => [value, inFile(target)]));
    return (place === 'schema' || place === 'object') && '$ref' in node
      ? { ...node, $ref: inFile(node['$ref']) }
      : node;
  };
  const { schemas = {}, ...components } = document['components'] as { schemas?: JsonObject };
  const files = Object.entries(schemas).map(
    ([name, schema]) => [`${name}.json`, rewritten(schema!, 'schema', edit) as JsonObject] as const,
  );
  return new Map([['openapi.json', rewritten({ ...document, components }, 'object', edit) as JsonObject], ...files]);
};

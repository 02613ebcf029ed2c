import type { Json, JsonObject } from '../../json.js';
import type { Random } from './random.js';
import { subschemas } from './schemas.js';

/** Values that a schema's limits, or those of its other version, distinguish. */
interface Pool {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly counts: readonly number[];
  readonly names: readonly string[];
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'null', 'array', 'object'];
const LETTERS = 'abcdefghij';

export const poolOf = (...schemas: readonly JsonObject[]): Pool => {
  const numbers = new Set([0, 1, 6, 2.5, -7]);
  const texts = new Set(['', 'q', 'Q!', 'qrs', 'qrstuvwxyzqrst', 'a-1']);
  const counts = new Set([0, 1, 2]);
  const names = new Set(['other']);
  for (const schema of schemas.flatMap(subschemas)) {
    for (const [name, value] of Object.entries(schema)) {
      if (/^(exclusiveM|m)(in|ax)imum$/.test(name) && typeof value === 'number')
        for (const near of [-1, -0.5, 0, 0.5, 1]) numbers.add(value + near);
      if (name === 'multipleOf') for (const times of [1, 2, 3, 5]) numbers.add((value as number) * times);
      if (/^m(in|ax)Length$/.test(name))
        for (const near of [-1, 0, 1]) texts.add(LETTERS.slice(0, Math.max(0, (value as number) + near)));
      if (/^m(in|ax)Items$/.test(name))
        for (const near of [-1, 0, 1]) counts.add(Math.max(0, (value as number) + near));
      if (name === 'properties') for (const each of Object.keys(value as JsonObject)) names.add(each);
      if (name === 'const' && typeof value === 'string') texts.add(value);
      if (name === 'enum') for (const one of value as Json[]) if (typeof one === 'string') texts.add(one);
    }
  }
  return { numbers: [...numbers], texts: [...texts], counts: [...counts], names: [...names] };
};

const typesOf = (schema: JsonObject): readonly string[] => {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type as string[];
  if ('properties' in schema || 'required' in schema) return ['object', 'object', 'object', ...TYPES];
  return TYPES;
};

/** The schema with one alternative of each choice, and the parts of its allOf, written out. */
const drawn = (schema: JsonObject, random: Random): JsonObject => {
  const { anyOf, oneOf, allOf, ...own } = schema;
  const chosen = [anyOf, oneOf].filter(Array.isArray).map((members) => random.pick(members) as JsonObject);
  const parts = [...chosen, ...((allOf ?? []) as JsonObject[])].filter((part) => typeof part === 'object');
  return parts.map((part) => drawn(part, random)).reduce(merged, own);
};

const merged = (left: JsonObject, right: JsonObject): JsonObject => ({
  ...left,
  ...right,
  ...(left['properties'] !== undefined && {
    properties: { ...(left['properties'] as JsonObject), ...(right['properties'] as JsonObject) },
  }),
  required: [...((left['required'] ?? []) as string[]), ...((right['required'] ?? []) as string[])],
});

/**
 * A value as its writer makes it from a schema: only properties that the schema names, mostly valid. Nothing holds it back
 * from the edges of what is allowed: validate it before use.
 */
export const drawValue = (given: Json | undefined, random: Random, pool: Pool, depth = 4): Json => {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return random.pick([random.pick(pool.texts), random.pick(pool.numbers), null, true, [], {}]);
  const schema = drawn(given, random);
  if ('const' in schema) return schema['const'] as Json;
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return random.pick(schema['enum']);
  switch (random.pick(typesOf(schema))) {
    case 'string':
      return random.pick(pool.texts);
    case 'integer':
      return Math.trunc(random.pick(pool.numbers));
    case 'number':
      return random.pick(pool.numbers);
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: depth > 0 ? random.pick(pool.counts) : 0 }, () =>
        drawValue(schema['items'], random, pool, depth - 1),
      );
    default:
      return drawObject(schema, random, pool, depth);
  }
};

const drawObject = (schema: JsonObject, random: Random, pool: Pool, depth: number): JsonObject => {
  const required = (schema['required'] ?? []) as string[];
  const properties = (schema['properties'] ?? {}) as JsonObject;
  const names = new Set([...required, ...Object.keys(properties).filter(() => random.chance(0.5))]);
  const more = schema['additionalProperties'];
  const takesMore = more === true || (typeof more === 'object' && more !== null);
  if (takesMore && random.chance(0.5)) names.add(random.pick(pool.names));
  return Object.fromEntries(
    [...names].map((name) => [name, drawValue(properties[name] ?? more, random, pool, depth - 1)]),
  );
};

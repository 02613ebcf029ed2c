import { asArray, asObject, isObject, type JsonObject } from '../../json.js';
import type { Random } from './random.js';

const NAMES = ['id', 'name', 'kind', 'tags', 'owner'];
const WORDS = ['a', 'bb', 'ccc', 'dddd', 'x1', 'y-2'];
/** Patterns whose matches the sampler knows: see values.ts. */
const PATTERNS = ['^[a-z]+$', '^[a-z]{2,}$', '^[a-z0-9-]+$'];

const integer = (random: Random): JsonObject => ({
  type: random.pick(['integer', 'number']),
  ...(random.chance(0.4) && { minimum: random.below(4) }),
  ...(random.chance(0.4) && { maximum: 5 + random.below(5) }),
  ...(random.chance(0.1) && { exclusiveMinimum: -1 }),
  ...(random.chance(0.15) && { multipleOf: random.pick([1, 2, 3]) }),
});

const text = (random: Random): JsonObject => ({
  type: 'string',
  // Not both: a pattern may say all that a length says.
  ...(random.chance(0.2)
    ? { pattern: random.pick(PATTERNS) }
    : {
        ...(random.chance(0.3) && { minLength: random.below(3) }),
        ...(random.chance(0.3) && { maxLength: 3 + random.below(3) }),
      }),
});

const boolean = (): JsonObject => ({ type: 'boolean' });

const values = (random: Random): JsonObject =>
  random.chance(0.3)
    ? { const: random.pick(WORDS) }
    : { ...(random.chance(0.7) && { type: 'string' }), enum: WORDS.filter(() => random.chance(0.5)).concat('z') };

const list = (random: Random, depth: number): JsonObject => ({
  type: 'array',
  ...(random.chance(0.9) && { items: randomSchema(random, depth - 1) }),
  ...(random.chance(0.25) && { minItems: random.below(2) }),
  ...(random.chance(0.25) && { maxItems: 2 + random.below(2) }),
  ...(random.chance(0.1) && { uniqueItems: true }),
});

const object = (random: Random, depth: number): JsonObject => {
  const names = NAMES.filter(() => random.chance(0.5));
  const properties = Object.fromEntries(names.map((name) => [name, randomSchema(random, depth - 1)]));
  const required = names.filter(() => random.chance(0.4));
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    ...(random.chance(0.12) && { additionalProperties: random.chance(0.6) ? false : randomSchema(random, depth - 2) }),
  };
};

/** Alternatives of different types, so that none of the values of one matches another. */
const choice = (random: Random, depth: number): JsonObject => {
  const makers = [integer, text, boolean, object, list].filter(() => random.chance(0.5));
  const members = [...makers, values].slice(0, 3).map((make) => make(random, depth - 1));
  return {
    [random.pick(['anyOf', 'oneOf'])]: makers.includes(text)
      ? members.filter((one) => !('enum' in one || 'const' in one))
      : members,
  };
};

/** Parts that say different things about one object. */
const parts = (random: Random, depth: number): JsonObject => {
  const { additionalProperties: _, ...first } = object(random, depth);
  const properties = Object.fromEntries(['p', 'q'].map((name) => [name, randomSchema(random, depth - 1)]));
  const second = random.chance(0.5)
    ? { type: 'object', properties, required: ['p'] }
    : { required: [random.pick(NAMES)] };
  return { allOf: [first, second] };
};

const nullable = (schema: JsonObject): JsonObject =>
  typeof schema['type'] === 'string' && schema['enum'] === undefined
    ? { ...schema, type: [schema['type'], 'null'] }
    : { anyOf: [schema, { type: 'null' }] };

/** A schema of at most this depth; most of what it says can be violated by small values. */
export const randomSchema = (random: Random, depth: number): JsonObject => {
  const leaf = random.pick([integer, text, values, boolean] as const);
  const nested = random.pick([object, object, list, choice, parts] as const);
  const schema: JsonObject = depth > 0 && random.chance(0.6) ? nested(random, depth) : leaf(random);
  return random.chance(0.12) ? nullable(schema) : schema;
};

/** Every schema in a schema, itself first. */
export const subschemas = (schema: JsonObject): JsonObject[] => {
  const children = [
    ...['items', 'additionalProperties'].map((name) => schema[name]),
    ...['anyOf', 'oneOf', 'allOf'].flatMap((name) => asArray(schema[name])),
    ...Object.values(asObject(schema['properties'])),
  ];
  return [schema, ...children.filter(isObject).flatMap(subschemas)];
};

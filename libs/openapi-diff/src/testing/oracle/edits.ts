import type { Json, JsonObject } from '../../json.js';
import type { Random } from './random.js';
import { randomSchema, subschemas } from './schemas.js';

type Edit = (schema: JsonObject, random: Random) => boolean;

const LIMITS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'exclusiveMinimum'];

const moveLimit: Edit = (schema, random) => {
  const present = LIMITS.filter((name) => name in schema);
  if (present.length === 0) return false;
  const name = random.pick(present);
  schema[name] = Math.max(0, (schema[name] as number) + random.pick([-2, -1, 1, 2]));
  return true;
};

const dropKeyword: Edit = (schema, random) => {
  const present = [
    ...LIMITS,
    'pattern',
    'enum',
    'const',
    'required',
    'additionalProperties',
    'multipleOf',
    'items',
    'type',
  ];
  const found = present.filter((name) => name in schema);
  if (found.length === 0) return false;
  delete schema[random.pick(found)];
  return true;
};

const changeType: Edit = (schema, random) => {
  if (typeof schema['type'] !== 'string') return false;
  const types = ['string', 'integer', 'number', 'boolean', 'array', 'object'].filter((type) => type !== schema['type']);
  const other = random.pick(types);
  const isListed = 'enum' in schema || 'const' in schema;
  schema['type'] = random.chance(0.5) && !isListed ? other : [schema['type'], other];
  return true;
};

const changeValues: Edit = (schema, random) => {
  const values = schema['enum'] as Json[] | undefined;
  if (!values) return false;
  if (random.chance(0.5) || values.length === 1) values.push('new');
  else values.splice(random.below(values.length), 1);
  return true;
};

const changeRequired: Edit = (schema, random) => {
  const names = Object.keys((schema['properties'] ?? {}) as JsonObject);
  if (names.length === 0) return false;
  const required = new Set((schema['required'] ?? []) as string[]);
  const name = random.pick(names);
  if (!required.delete(name)) required.add(name);
  schema['required'] = [...required];
  return true;
};

const changeProperties: Edit = (schema, random) => {
  const properties = schema['properties'] as JsonObject | undefined;
  if (!properties) return false;
  const names = Object.keys(properties);
  if (names.length > 0 && random.chance(0.5)) {
    const name = random.pick(names);
    delete properties[name];
    schema['required'] = ((schema['required'] ?? []) as string[]).filter((other) => other !== name);
  } else properties['extra'] = randomSchema(random, 1);
  return true;
};

const changeMembers: Edit = (schema, random) => {
  const key = ['anyOf', 'oneOf', 'allOf'].find((name) => name in schema);
  if (key === undefined) return false;
  const members = schema[key] as Json[];
  if (members.length > 2 && random.chance(0.5)) members.splice(random.below(members.length), 1);
  else members.push(key === 'allOf' ? { required: [random.pick(['id', 'name'])] } : randomSchema(random, 1));
  return true;
};

const close: Edit = (schema) => {
  if (!('properties' in schema)) return false;
  schema['additionalProperties'] = schema['additionalProperties'] !== false ? false : true;
  return true;
};

const allowNull: Edit = (schema) => {
  if (typeof schema['type'] !== 'string' || schema['type'] === 'null' || 'enum' in schema) return false;
  schema['type'] = [schema['type'], 'null'];
  return true;
};

/** Writes the same in another form: nothing that is accepted changes. */
const rewrite: Edit = (schema, random) => {
  const copy = { ...schema };
  for (const name of Object.keys(schema)) delete schema[name];
  const asChoice = { [random.pick(['anyOf', 'oneOf', 'allOf'])]: [copy] };
  Object.assign(schema, asChoice);
  return true;
};

const EDITS: readonly Edit[] = [
  ...[moveLimit, moveLimit, dropKeyword, changeType, changeValues, changeRequired, changeRequired, changeProperties],
  ...[changeProperties, changeMembers, changeMembers, close, allowNull, rewrite],
];

/** The schema with one random edit. */
export const editedSchema = (before: JsonObject, random: Random): JsonObject => {
  for (;;) {
    const after = structuredClone(before);
    if (random.pick(EDITS)(random.pick(subschemas(after)), random)) return after;
  }
};

import { asArray, isObject, isReference, own, put, type Json, type JsonObject } from '../../json.js';
import type { Side } from '../side.js';
import { writtenTypes } from './types.js';
import { isAnnotation } from './annotations.js';

const MAX_PARTS = 64;

/**
 * The schema with its `allOf` written out, where that says exactly the same; undefined where it would
 * not: two parts that restrict one thing in ways that one keyword cannot say, or a cycle.
 */
export const flatten = (schema: JsonObject, side: Side): JsonObject | undefined => {
  if (schema['allOf'] === undefined) return schema;
  const parts: JsonObject[] = [];
  if (!gather(schema, side, parts, new Set())) return undefined;
  return conjoin(parts);
};

/** All parts at once, as one schema; undefined where that cannot be said. */
export const conjoin = (parts: readonly JsonObject[]): JsonObject | undefined => {
  let merged: JsonObject = {};
  for (const part of parts) {
    const next = merge(merged, part);
    if (next === undefined) return undefined;
    merged = next;
  }
  return merged;
};

/** The schema and all it inherits from, without their `allOf`; false when that is not finite or too much. */
const gather = (schema: JsonObject, side: Side, parts: JsonObject[], open: Set<JsonObject>): boolean => {
  if (open.has(schema) || parts.length >= MAX_PARTS || isReference(schema)) return false;
  open.add(schema);
  const { allOf, ...own } = schema;
  const members = asArray(allOf);
  // What closes a schema for all of its parts is said once they are one.
  const closing = own['unevaluatedProperties'];
  if (closing !== undefined && members.length > 0) delete own['unevaluatedProperties'];
  const first = parts.length;
  parts.push(own);
  const done = members.every((member) => isObject(member) && gather(side.nodeOf(member), side, parts, open));
  open.delete(schema);
  if (!done || closing === undefined || members.length === 0) return done;
  const whole = conjoin(parts.splice(first));
  if (whole === undefined || closes(whole) || IN_PLACE.some((keyword) => whole[keyword] !== undefined)) return false;
  parts.push({ ...whole, additionalProperties: closing });
  return true;
};

/** Keywords whose schemas are for the same value, and so may evaluate properties of it. */
const IN_PLACE = ['anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas', 'not'];

/** Both at once; undefined when that cannot be said in one schema. */
const merge = (a: JsonObject, b: JsonObject): JsonObject | undefined => {
  if (Object.keys(a).length === 0) return b;
  if (Object.keys(b).length === 0) return a;
  // A closed part counts only its own properties, so it cannot take in others.
  if ((closes(a) && !isWithin(b, a)) || (closes(b) && !isWithin(a, b))) return undefined;
  const out: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const mine = own(a, key);
    if (value === undefined || mine === value) continue;
    const both = mine === undefined ? value : mergeKeyword(key, mine, value);
    if (both === undefined) return undefined;
    put(out, key, both);
  }
  return out;
};

const closes = (schema: JsonObject): boolean =>
  [schema['additionalProperties'], schema['unevaluatedProperties']].some(
    (value) => value !== undefined && value !== true && !(isObject(value) && Object.keys(value).length === 0),
  );

/** Whether a part names only properties that a closed one names as well. */
const isWithin = (part: JsonObject, closed: JsonObject): boolean => {
  if (part['patternProperties'] !== undefined || closes(part)) return false;
  const listed = closed['properties'];
  return Object.keys(isObject(part['properties']) ? part['properties'] : {}).every(
    (name) => isObject(listed) && own(listed, name) !== undefined,
  );
};

const UPPER = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);
const LOWER = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const SCHEMAS = new Set(['items', 'additionalProperties', 'propertyNames']);

/** One keyword with what two parts say by it; undefined when it cannot say both. */
const mergeKeyword = (key: string, a: Json, b: Json): Json | undefined => {
  if (key === 'required') return [...new Set([...asArray(a), ...asArray(b)])].sort();
  if (MAPS.has(key)) return isObject(a) && isObject(b) ? mergeMaps(a, b) : undefined;
  if (SCHEMAS.has(key)) return isSchema(a) && isSchema(b) ? bothOf(a, b) : undefined;
  if (typeof a === 'number' && typeof b === 'number') {
    if (UPPER.has(key)) return Math.min(a, b);
    if (LOWER.has(key)) return Math.max(a, b);
  }
  if (key === 'enum') return asArray(a).filter((value) => asArray(b).includes(value));
  if (key === 'type') return mergeTypes(writtenTypes({ type: a }), writtenTypes({ type: b }));
  if (key === 'description' || key === 'title')
    return a === b ? a : [String(a), String(b)].sort().join(key === 'title' ? ' & ' : '\n');
  if (key === 'readOnly' || key === 'writeOnly' || key === 'uniqueItems') return a === true || b === true;
  return isAnnotation(key) ? a : undefined;
};

const isSchema = (value: Json): boolean => isObject(value) || typeof value === 'boolean';

const mergeTypes = (a: string[], b: string[]): Json | undefined => {
  const both = [
    ...new Set([
      ...a.filter((type) => b.includes(type) || (type === 'integer' && b.includes('number'))),
      ...b.filter((type) => type === 'integer' && a.includes('number')),
    ]),
  ].sort();
  return both.length === 0 ? undefined : both.length === 1 ? both[0] : both;
};

const mergeMaps = (a: JsonObject, b: JsonObject): JsonObject => {
  const out: JsonObject = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const mine = own(a, name);
    put(out, name, mine === undefined ? (value as Json) : bothOf(mine, value as Json));
  }
  return out;
};

const conjunctions = new WeakMap<object, WeakMap<object, JsonObject>>();

/** A schema for what both say; the same two give the same object, so that it is compared once. */
const bothOf = (a: Json, b: Json): Json => {
  if (a === b || isAny(b)) return a;
  if (isAny(a)) return b;
  if (a === false || b === false || !isObject(a) || !isObject(b)) return false;
  let row = conjunctions.get(a);
  if (row === undefined) conjunctions.set(a, (row = new WeakMap<object, JsonObject>()));
  let both = row.get(b);
  if (both === undefined) row.set(b, (both = { allOf: [a, b] }));
  return both;
};

const isAny = (schema: Json): boolean =>
  schema === true ||
  (isObject(schema) && Object.keys(schema).every((key) => isAnnotation(key) && key !== 'description'));

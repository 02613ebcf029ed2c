import { asArray, isObject, isReference, own, put, type Json, type JsonObject } from '../../json.js';
import type { Side } from '../side.js';
import { isAnnotation } from './wrapping.js';

const MAX_PARTS = 64;

/**
 * The schema with its `allOf` written out, where that says exactly the same; undefined where it would
 * not: two parts that restrict one thing in different ways, or a cycle.
 */
export const flatten = (schema: JsonObject, side: Side): JsonObject | undefined => {
  const parts: JsonObject[] = [];
  if (!gather(schema, side, parts, new Set())) return undefined;
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
  parts.push(own);
  const done = asArray(allOf).every((member) => isObject(member) && gather(side.nodeOf(member), side, parts, open));
  open.delete(schema);
  return done;
};

/** Both at once; undefined when that cannot be said in one schema. */
const merge = (a: JsonObject, b: JsonObject): JsonObject | undefined => {
  // A closed part counts only its own properties, so it cannot take in others.
  if (closes(a) || closes(b))
    return Object.keys(a).length === 0 ? b : Object.keys(b).every(isAnnotation) ? a : undefined;
  const out: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const mine = own(a, key);
    if (value === undefined || mine === value) continue;
    if (mine === undefined) put(out, key, value);
    else if (key === 'required') out[key] = [...new Set([...asArray(mine), ...asArray(value)])];
    else if (key === 'properties' && isObject(mine) && isObject(value)) {
      const both = mergeProperties(mine, value);
      if (both === undefined) return undefined;
      out[key] = both;
    } else if (!isAnnotation(key)) return undefined;
  }
  return out;
};

const closes = (schema: JsonObject): boolean =>
  schema['additionalProperties'] !== undefined || schema['unevaluatedProperties'] !== undefined;

const mergeProperties = (a: JsonObject, b: JsonObject): JsonObject | undefined => {
  const out: JsonObject = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const mine = own(a, name);
    if (mine !== undefined && mine !== value) return undefined;
    put(out, name, value as Json);
  }
  return out;
};

import {
  asArray,
  asObject,
  isObject,
  isReference,
  stableJson,
  without,
  type Json,
  type JsonObject,
} from '../../../json.js';
import { lastOfRef } from '../../../pointers.js';
import { flatten } from '../../schema/flatten.js';
import { Matcher, type MemberMatch } from '../../schema/members.js';
import { typesOf, writtenTypes } from '../../schema/types.js';
import type { SchemaWalk } from '../../schema/walk.js';
import type { Side } from '../../side.js';

/**
 * Matches the members of two choices: by reference, by content, by title; then by the values that distinguishes them, by the
 * references inside of them, and by likeness. What remains was added or removed.
 */
export const matchAlike = (walk: SchemaWalk, before: Json[], after: Json[]): MemberMatch => {
  const match = new Matcher(walk, { before, after });
  match.byName();
  match.byTitle();
  match.take((member, side) => match.unchanged(side.nodeOf(member)), false);
  match.take((member, side) => distinguishingValues(member, side), true);
  match.take((member) => (isReference(member) ? undefined : innerReferences(member)), true);
  match.byLikeness((member, other) => likeness(member, walk.before, other, walk.after));
  match.onlyOnes();
  return match;
};

const read = (member: Json | undefined, side: Side): JsonObject => {
  const node = isObject(member) ? side.nodeOf(member) : {};
  return flatten(node, side) ?? node;
};

/** The properties that can have one value only: `kind="box"`. */
export const distinguishingValues = (member: Json, side: Side): string | undefined => {
  const values = Object.entries(asObject(read(member, side)['properties'])).flatMap(([name, property]) => {
    const value = onlyValue(isObject(property) ? side.nodeOf(property) : {});
    return value === undefined ? [] : [`${name}=${stableJson(value)}`];
  });
  return values.length === 0 ? undefined : values.sort().join(' ');
};

const onlyValue = (schema: JsonObject): Json | undefined => {
  const [value, ...more] = asArray(schema['enum']);
  return schema['const'] ?? (more.length === 0 ? value : undefined);
};

/** The components that an inline member is made of. */
const innerReferences = (member: Json): string | undefined => {
  const refs = new Set<string>();
  const visit = (value: Json | undefined): void => {
    if (isReference(value)) refs.add(value.$ref);
    else if (Array.isArray(value)) value.forEach(visit);
    else if (isObject(value))
      for (const keyword of ['allOf', 'items', 'anyOf', 'oneOf', 'additionalProperties']) visit(value[keyword]);
  };
  visit(member);
  return refs.size === 0 ? undefined : [...refs].sort().join(' ');
};

/** How much two schemas have in common, from 0 to 1. */
export const likeness = (member: Json, side: Side, other: Json, otherSide: Side, depth = 0): number => {
  const [a, b] = [read(member, side), read(other, otherSide)];
  const values = { a: distinguishingValues(member, side), b: distinguishingValues(other, otherSide) };
  if (values.a !== undefined && values.b !== undefined && values.a !== values.b) return 0;
  const types = share(kindsOf(a), kindsOf(b));
  if (types === 0) return 0;
  const [enumA, enumB] = [listed(a), listed(b)];
  if (enumA !== undefined && enumB !== undefined) return share(enumA, enumB);
  if (enumA !== undefined || enumB !== undefined) return 0.3;
  const names = { a: Object.keys(asObject(a['properties'])), b: Object.keys(asObject(b['properties'])) };
  if (names.a.length + names.b.length > 0) return share(names.a, names.b);
  const [itemsA, itemsB] = [a['items'], b['items']];
  if (isObject(itemsA) && isObject(itemsB) && depth < 4)
    return isReference(itemsA) && isReference(itemsB) && itemsA.$ref === itemsB.$ref
      ? 1
      : likeness(itemsA, side, itemsB, otherSide, depth + 1);
  const required = { a: asArray(a['required']), b: asArray(b['required']) };
  if (required.a.length + required.b.length > 0) return share(required.a, required.b);
  return types * (a['format'] === b['format'] ? 0.8 : 0.5);
};

const kindsOf = (schema: JsonObject): string[] => {
  const types = typesOf(schema);
  if (types.length > 0) return types;
  return [(schema['properties'] ?? schema['required']) ? 'object' : schema['items'] ? 'array' : 'any'];
};

const listed = (schema: JsonObject): string[] | undefined => {
  if (schema['const'] !== undefined) return [stableJson(schema['const'])];
  return Array.isArray(schema['enum']) ? schema['enum'].map(stableJson) : undefined;
};

/** What both lists have, of all that they have. */
const share = (a: readonly Json[], b: readonly Json[]): number => {
  const common = a.length - without(a, b).length;
  return common === 0 ? 0 : common / (a.length + b.length - common);
};

/** A member of a choice by what distinguishes it, as text. */
export const memberText = (member: Json, side: Side): string => {
  if (isReference(member)) return lastOfRef(member.$ref);
  const schema = read(member, side);
  if (typeof schema['title'] === 'string') return `"${schema['title']}"`;
  const distinguishing = distinguishingValues(member, side);
  if (distinguishing !== undefined) return `an object with ${distinguishing.replaceAll('=', ' ')}`;
  const values = listed(schema);
  if (values !== undefined) return values.join(' or ');
  const required = asArray(schema['required']);
  const names = required.length > 0 ? required : Object.keys(asObject(schema['properties']));
  if (names.length > 0)
    return `an object with ${names
      .slice(0, 3)
      .map((name) => `"${String(name)}"`)
      .join(', ')}`;
  const items = schema['items'];
  if (isObject(items)) return `a list of ${memberText(items, side)}`;
  const types = writtenTypes(schema);
  return types.length === 0
    ? 'another schema'
    : types.map((type) => (type === 'object' ? 'an object' : type)).join(' or ');
};

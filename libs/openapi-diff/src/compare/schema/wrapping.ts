import type { Both } from '../../both.js';
import { asArray, asObject, isObject, isReference, type Json, type JsonObject } from '../../json.js';
import type { Side } from '../side.js';
import { isAnnotation } from './annotations.js';
import { allowsNull, typesOf } from './types.js';

/** The keywords of a schema that restrict values. */
const constraints = (schema: JsonObject): string[] => Object.keys(schema).filter((key) => !isAnnotation(key));

/** The schema inside of wrappings that say nothing by themselves: an `allOf` or a choice of one. */
const lone = (schema: Json): Json => {
  if (!isObject(schema)) return schema;
  const [keyword, ...more] = constraints(schema);
  if (more.length > 0 || (keyword !== 'allOf' && keyword !== 'anyOf' && keyword !== 'oneOf')) return schema;
  const [only, ...others] = asArray(schema[keyword]);
  return isObject(only) && !isReference(only) && others.length === 0 ? lone(only) : schema;
};

const isBareNull = (value: Json): boolean => {
  const schema = lone(value);
  return isObject(schema) && schema['type'] === 'null' && constraints(schema).length === 1;
};

/** Whether an alternative allows null. */
const choosesNull = (schema: JsonObject): boolean =>
  (['oneOf', 'anyOf'] as const).some((keyword) => asArray(schema[keyword]).map(lone).some(takesNull));

const takesNull = (schema: Json): boolean =>
  schema === true || (isObject(schema) && (allowsNull(schema) || constraints(schema).length === 0));

/** X, when the schema is nothing but a choice of null and X (the way to make a reference nullable). */
export const nullWrapped = (schema: JsonObject): Json | undefined => {
  const keys = constraints(schema);
  const [keyword] = keys;
  if (keys.length !== 1 || (keyword !== 'oneOf' && keyword !== 'anyOf')) return undefined;
  const members = asArray(schema[keyword]);
  const rest = members.filter((member) => !isBareNull(member));
  return members.length === 2 && rest.length === 1 ? rest[0] : undefined;
};

/** The types of a schema that is a single type, or a choice of plain types. */
interface TypeList {
  readonly types: string[];
  readonly choice: boolean;
}

const typeList = (schema: JsonObject, side: Side): TypeList | undefined => {
  if (schema['not'] !== undefined || asArray(schema['allOf']).length > 0 || schema['properties'] !== undefined)
    return undefined;
  const type = schema['type'];
  const first = Array.isArray(type) ? type.find((name) => name !== 'null') : type;
  if (typeof first === 'string') return { types: [first], choice: false };
  for (const keyword of ['oneOf', 'anyOf'] as const) {
    const members = asArray(schema[keyword]).map((member) => side.nodeOf(member));
    if (members.length > 0 && members.every(isPlainType))
      return { types: members.map((member) => member['type'] as string), choice: true };
  }
  return undefined;
};

const isPlainType = (schema: JsonObject): boolean =>
  typeof schema['type'] === 'string' &&
  !['properties', 'oneOf', 'anyOf', 'allOf'].some((key) => schema[key] !== undefined);

export interface TypeListChange {
  readonly added: string[];
  readonly deleted: string[];
}

/** A change between a type and a choice of types, such as string → oneOf: [string, integer]. */
export const typeListChange = (schemas: Both<JsonObject>, sides: Both<Side>): TypeListChange | undefined => {
  const before = typeList(schemas.before, sides.before);
  const after = typeList(schemas.after, sides.after);
  if (before === undefined || after === undefined || !(before.choice || after.choice)) return undefined;
  const missing = (types: readonly string[], others: readonly string[]): string[] =>
    [...new Set(types.filter((type) => !others.includes(type)))].sort();
  const change = { added: missing(after.types, before.types), deleted: missing(before.types, after.types) };
  return change.added.length + change.deleted.length === 0 ? undefined : change;
};

/** Whether an object became one of several alternatives that hold its properties. */
export const isWrappedInOneOf = ({ before, after }: Both<JsonObject>, side: Side): boolean => {
  const properties = Object.keys(asObject(before['properties']));
  if (properties.length === 0 || asArray(before['oneOf']).length > 0) return false;
  if (after['properties'] !== undefined || after['type'] !== undefined) return false;
  const alternatives = asArray(after['oneOf']).map((member) => asObject(side.nodeOf(member)['properties']));
  return alternatives.some((alternative) => properties.some((name) => Object.hasOwn(alternative, name)));
};

/** What remains to be compared of two schemas when wrappings with null are taken off. */
export interface NullMove extends Both<Json> {
  /** Which way nullability went; undefined when both sides were wrapped. */
  readonly kind?: 'became-nullable' | 'became-not-nullable';
}

/** Undefined when neither side is wrapped in a way that the other is not. */
export const nullMove = (written: Both<JsonObject>): NullMove | undefined => {
  const [before, after] = [asObject(lone(written.before)), asObject(lone(written.after))];
  const inner = { before: nullWrapped(before), after: nullWrapped(after) };
  // Null is an alternative on both sides: their choices are compared as they are.
  if (inner.before === undefined ? choosesNull(before) : inner.after === undefined && choosesNull(after))
    return undefined;
  if (inner.before === undefined && inner.after !== undefined && !takesNull(before))
    return { before, after: inner.after, kind: 'became-nullable' };
  if (inner.before !== undefined && inner.after === undefined && !takesNull(after))
    return { before: inner.before, after, kind: 'became-not-nullable' };
  // Null may be a type here and an alternative there.
  if (inner.before === undefined && inner.after !== undefined && isTypedNull(before))
    return { before: withoutNull(before), after: inner.after };
  if (inner.after === undefined && inner.before !== undefined && isTypedNull(after))
    return { before: inner.before, after: withoutNull(after) };
  const isSwitched = (before['oneOf'] === undefined) !== (after['oneOf'] === undefined);
  const { before: from, after: to } = inner;
  return from !== undefined && to !== undefined && isSwitched ? { before: from, after: to } : undefined;
};

const isTypedNull = (schema: JsonObject): boolean => Array.isArray(schema['type']) && allowsNull(schema);

/** The schema without null among its types and values. */
const withoutNull = (schema: JsonObject): JsonObject => {
  const types = typesOf(schema);
  const values = schema['enum'];
  return {
    ...schema,
    type: types.length === 1 ? (types[0] as string) : types,
    ...(Array.isArray(values) && { enum: values.filter((value) => value !== null) }),
  };
};

import type { Both } from '../../both.js';
import { asArray, asString, type Json, type JsonObject } from '../../json.js';
import type { Direction } from '../../rules/rule.js';

/** The types of a schema as they are written; empty means any. */
export const writtenTypes = (schema: JsonObject): string[] => {
  const type = schema['type'];
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  return types.filter((name) => typeof name === 'string');
};

/** The types of a schema without `null`; empty means any. */
export const typesOf = (schema: JsonObject): string[] => writtenTypes(schema).filter((name) => name !== 'null');

/** The narrowest type that a value has. */
export const typeOfValue = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

export const allowsNull = (schema: JsonObject): boolean => {
  const type = schema['type'];
  return schema['nullable'] === true || type === 'null' || asArray(type).includes('null');
};

/** "any", `string`, `integer (int64)` and so on, for people. */
export const typeText = (schema: JsonObject): string => {
  const types = typesOf(schema);
  const format = asString(schema['format']);
  const base = types.length === 0 ? (schema['type'] === 'null' ? 'null' : 'any type') : types.join(' or ');
  return format === undefined ? base : `${base} (${format})`;
};

export type TypeVerdict = 'type-changed' | 'type-generalized' | 'type-specialized' | 'type-compatible';

/**
 * What a change of type and format means. `typed` is false where values are written as plain text
 * (parameters, forms, XML): there a string takes any value.
 */
export const typeVerdict = ({ before, after }: Both<JsonObject>, direction: Direction, typed: boolean): TypeVerdict => {
  if (direction === 'request') {
    const accepted = accepts(before, after, typed);
    return accepted === 'no' ? 'type-changed' : accepted === 'text' ? 'type-compatible' : 'type-generalized';
  }
  const accepted = accepts(after, before, typed);
  if (accepted !== 'no') return accepted === 'text' ? 'type-compatible' : 'type-specialized';
  const [typesBefore, typesAfter] = [typesOf(before), typesOf(after)];
  const isWidened = typesAfter.length > 0 && !isSameSet(typesBefore, typesAfter) && covers(typesBefore, typesAfter);
  return isWidened ? 'type-generalized' : 'type-changed';
};

/** Whether whatever `from` writes, `to` takes; `text` when only because both are written as text. */
const accepts = (from: JsonObject, to: JsonObject, typed: boolean): 'yes' | 'text' | 'no' => {
  const [fromTypes, toTypes] = [typesOf(from), typesOf(to)];
  if (toTypes.length === 0) return to['type'] === 'null' ? 'no' : 'yes';
  if (from['type'] === 'null') return allowsNull(to) ? 'yes' : 'no';
  const added = toTypes.filter((type) => !fromTypes.includes(type));
  const deleted = fromTypes.filter((type) => !toTypes.includes(type));
  const wide = asString(to['format']);
  const isFormatTaken =
    wide === undefined ||
    asString(from['format']) === wide ||
    isWiderFormat(toTypes, asString(from['format']) ?? '', wide);
  if (!isFormatTaken) return 'no';
  if (added.length === 0 && deleted.length === 0) return 'yes';
  if (fromTypes.length > 0 && deleted.every((type) => type === 'integer' && toTypes.includes('number'))) return 'yes';
  return !typed && added.length === 1 && added[0] === 'string' ? 'text' : 'no';
};

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((type) => b.includes(type));

/** Whether there are types, and each of them is among the others; an integer is a number. */
export const covers = (types: readonly string[], others: readonly string[]): boolean =>
  types.length > 0 && types.every((type) => others.includes(type) || (type === 'integer' && others.includes('number')));

const WIDER: Readonly<Record<string, readonly (readonly [narrow: string, wide: string])[]>> = {
  number: [
    ['float', 'double'],
    // What has no format fits into the widest.
    ['', 'double'],
  ],
  integer: [
    ['', 'int64'],
    ['int32', 'int64'],
    ['int32', 'bigint'],
    ['int64', 'bigint'],
  ],
  string: [
    ['date', 'date-time'],
    ['time', 'date-time'],
  ],
};

/** Whether a format of the only type takes all values of another one. */
export const isWiderFormat = (types: readonly string[], narrow: string, wide: string): boolean =>
  types.length === 1 && (WIDER[types[0] as string] ?? []).some(([a, b]) => a === narrow && b === wide);

import { asArray, asString, type JsonObject } from '../../json.js';

/** The types of a schema as they are written; empty means any. */
export const writtenTypes = (schema: JsonObject): string[] => {
  const type = schema['type'];
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  return types.filter((name) => typeof name === 'string');
};

/** The types of a schema without `null`; empty means any. */
export const typesOf = (schema: JsonObject): string[] => writtenTypes(schema).filter((name) => name !== 'null');

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
export const typeVerdict = (before: JsonObject, after: JsonObject, response: boolean, typed: boolean): TypeVerdict => {
  const [from, to] = response ? [after, before] : [before, after];
  const accepted = accepts(from, to, typed);
  if (!response) {
    if (accepted === 'no') return 'type-changed';
    return accepted === 'text' ? 'type-compatible' : 'type-generalized';
  }
  if (accepted === 'yes') return 'type-specialized';
  if (accepted === 'text') return 'type-compatible';
  return typesWidened(before, after) ? 'type-generalized' : 'type-changed';
};

/** Whether whatever `from` writes, `to` takes; `text` when only because both are written as text. */
const accepts = (from: JsonObject, to: JsonObject, typed: boolean): 'yes' | 'text' | 'no' => {
  const fromTypes = typesOf(from);
  const toTypes = typesOf(to);
  if (toTypes.length === 0) return to['type'] === 'null' ? 'no' : 'yes';
  const added = toTypes.filter((type) => !fromTypes.includes(type));
  const deleted = fromTypes.filter((type) => !toTypes.includes(type));
  const sameTypes = added.length === 0 && deleted.length === 0;
  const formatOk = asString(from['format']) === asString(to['format']) || formatWidens(toTypes, from, to);
  if (sameTypes) return formatOk ? 'yes' : 'no';
  if (!formatOk) return 'no';
  if (fromTypes.length > 0 && deleted.every((type) => type === 'integer' && toTypes.includes('number'))) return 'yes';
  if (!typed && added.length === 1 && added[0] === 'string') return 'text';
  return 'no';
};

const typesWidened = (before: JsonObject, after: JsonObject): boolean => {
  const old = typesOf(before);
  const now = typesOf(after);
  if (now.length === 0 || old.length === 0) return false;
  const changed = now.length !== old.length || now.some((type) => !old.includes(type));
  return changed && old.every((type) => now.includes(type) || (type === 'integer' && now.includes('number')));
};

const WIDER: Record<string, [narrow: string, wide: string][]> = {
  number: [['float', 'double']],
  integer: [
    ['int32', 'int64'],
    ['int32', 'bigint'],
    ['int64', 'bigint'],
  ],
  string: [
    ['date', 'date-time'],
    ['time', 'date-time'],
  ],
};

const formatWidens = (types: string[], from: JsonObject, to: JsonObject): boolean => {
  const wide = asString(to['format']);
  return wide === undefined || isWiderFormat(types, asString(from['format']) ?? '', wide);
};

/** Whether a format of the only type takes all values of another one. */
export const isWiderFormat = (types: string[], narrow: string, wide: string): boolean =>
  types.length === 1 && (WIDER[types[0] as string] ?? []).some(([a, b]) => a === narrow && b === wide);

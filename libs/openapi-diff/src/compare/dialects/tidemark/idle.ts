import { asArray, asObject, isObject, type Json, type JsonObject } from '../../../json.js';
import type { Both } from '../../../both.js';
import type { Add } from '../../schema/finding.js';
import { typeOfValue, typesOf, writtenTypes } from '../../schema/types.js';
import { isReplaced, listedIn } from './limits.js';

/** Keywords that only restrict values of certain types. */
const BOUND_TO: readonly (readonly [types: readonly string[], keywords: readonly string[]])[] = [
  [
    ['number', 'integer'],
    ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ],
  [['string'], ['minLength', 'maxLength', 'pattern']],
  [['array'], ['minItems', 'maxItems', 'uniqueItems', 'contains', 'minContains', 'maxContains']],
  [['object'], ['minProperties', 'maxProperties', 'dependentRequired', 'propertyNames']],
];

/** A schema without the keywords that have no effect in it, and with bounds of integers in one form. */
export const withoutIdle = (schema: JsonObject): JsonObject => {
  const out: JsonObject = { ...schema };
  const drop = (...keywords: readonly string[]): void => keywords.forEach((keyword) => delete out[keyword]);
  const types = typesOf(schema);
  for (const [bound, keywords] of BOUND_TO)
    if (types.length > 0 && !types.some((type) => bound.includes(type))) drop(...keywords);
  if (out['if'] === undefined) drop('then', 'else');
  if (out['then'] === undefined && out['else'] === undefined) drop('if');
  if (out['contains'] === undefined || out['minContains'] === 1) drop('minContains');
  if (out['contains'] === undefined) drop('maxContains');
  else if (out['minContains'] === 0 && out['maxContains'] === undefined) drop('contains', 'minContains');
  if (isAny(out['items'])) drop('items');
  if (isObject(out['dependentRequired'])) {
    const stated = Object.entries(out['dependentRequired']).filter(([, names]) => asArray(names).length > 0);
    if (stated.length === 0) drop('dependentRequired');
  }
  if (out['const'] !== undefined && asArray(out['enum']).includes(out['const'])) drop('enum');
  alignTypes(out);
  dropWeaker(out, 'minimum', 'exclusiveMinimum', (least, above) => above >= least);
  dropWeaker(out, 'maximum', 'exclusiveMaximum', (most, below) => below <= most);
  return Object.keys(out).every((key) => out[key] === schema[key]) &&
    Object.keys(out).length === Object.keys(schema).length
    ? schema
    : out;
};

/** Where values are listed, only their types count, written or not. */
const alignTypes = (schema: JsonObject): void => {
  const values = listedIn(schema);
  if (values === undefined) return;
  const given = new Set(values.map(typeOfValue));
  if (given.has('number')) given.delete('integer');
  const written = writtenTypes(schema);
  const meant = [...given].filter(
    (type) => written.length === 0 || written.includes(type) || (type === 'integer' && written.includes('number')),
  );
  // Null as a type counts beside a list without it: that is how many write it.
  if (written.includes('null') && !meant.includes('null')) meant.push('null');
  if (meant.every((type) => type === 'null') && written.some((type) => type !== 'null')) return;
  schema['type'] = meant.length === 1 ? (meant[0] as string) : meant.sort();
};

/** Reports keywords that differ only where they have no effect. */
export const compareIdle = (written: Both<JsonObject>, read: Both<JsonObject>, add: Add): void => {
  for (const key of Object.keys({ ...written.before, ...written.after }).sort())
    if (
      key !== 'items' &&
      written.before[key] !== written.after[key] &&
      read.before[key] === read.after[key] &&
      !isReplaced(key, read)
    )
      add({ kind: 'idle-keyword-changed', name: key, at: `/${key}` });
};

const isAny = (value: Json | undefined): boolean =>
  value === true || (isObject(value) && Object.keys(asObject(value)).length === 0);

/** Of two bounds in one direction, only the tighter counts. */
const dropWeaker = (
  schema: JsonObject,
  inclusive: string,
  exclusive: string,
  isTighter: (inclusive: number, exclusive: number) => boolean,
): void => {
  const [given, strict] = [schema[inclusive], schema[exclusive]];
  if (typeof given !== 'number' || typeof strict !== 'number') return;
  delete schema[isTighter(given, strict) ? inclusive : exclusive];
};

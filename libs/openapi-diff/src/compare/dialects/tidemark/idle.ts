import { asArray, asObject, isObject, type Json, type JsonObject } from '../../../json.js';
import type { Both } from '../../../both.js';
import type { Add } from '../../schema/finding.js';
import { typesOf } from '../../schema/types.js';

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
  if (types.join() === 'integer') alignIntegers(out);
  return Object.keys(out).every((key) => out[key] === schema[key]) &&
    Object.keys(out).length === Object.keys(schema).length
    ? schema
    : out;
};

/** Reports keywords that differ only where they have no effect. */
export const compareIdle = (written: Both<JsonObject>, read: Both<JsonObject>, add: Add): void => {
  for (const key of Object.keys({ ...written.before, ...written.after }).sort())
    if (key !== 'items' && written.before[key] !== written.after[key] && read.before[key] === read.after[key])
      add({ kind: 'idle-keyword-changed', name: key, at: `/${key}` });
};

const isAny = (value: Json | undefined): boolean =>
  value === true || (isObject(value) && Object.keys(asObject(value)).length === 0);

/** "More than 0" is "at least 1" for integers. */
const alignIntegers = (schema: JsonObject): void => {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
  const lower = [
    ...(typeof minimum === 'number' ? [Math.ceil(minimum)] : []),
    ...(typeof above === 'number' ? [Math.floor(above) + 1] : []),
  ];
  const upper = [
    ...(typeof maximum === 'number' ? [Math.floor(maximum)] : []),
    ...(typeof below === 'number' ? [Math.ceil(below) - 1] : []),
  ];
  if (lower.length > 0) schema['minimum'] = Math.max(...lower);
  if (upper.length > 0) schema['maximum'] = Math.min(...upper);
  if (typeof above === 'number') delete schema['exclusiveMinimum'];
  if (typeof below === 'number') delete schema['exclusiveMaximum'];
  if (typeof multipleOf === 'number' && Number.isInteger(1 / multipleOf)) delete schema['multipleOf'];
};

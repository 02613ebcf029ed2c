import type { Both } from '../../../both.js';
import { asArray, type Json, type JsonObject } from '../../../json.js';
import { typesOf } from '../../schema/types.js';

/** The values that a schema lists; undefined when it lists none. */
export const listedIn = (schema: JsonObject): readonly Json[] | undefined => {
  const values = schema['const'] === undefined ? asArray(schema['enum']) : [schema['const']];
  return values.length > 0 ? values : undefined;
};

/** Both schemas with what they limit in one form, without limits that all listed values meet. */
export const alignLimits = (schemas: Both<JsonObject>): Both<JsonObject> => {
  const { before, after } = alignIntegers(schemas);
  const read = (schema: JsonObject, other: JsonObject): JsonObject => {
    const values = listedIn(schema) ?? listedIn(other);
    if (values === undefined) return schema;
    const isMet = ([keyword, limit]: [string, Json | undefined]): boolean =>
      Object.hasOwn(LIMITS, keyword) &&
      typeof limit === 'number' &&
      values.every((value) => (LIMITS[keyword] as Limit)(value, limit));
    const kept = Object.entries(schema).filter((entry) => !isMet(entry));
    return kept.length === Object.keys(schema).length ? schema : Object.fromEntries(kept);
  };
  return { before: read(before, after), after: read(after, before) };
};

type Limit = (value: Json, limit: number) => boolean;

const LIMITS: Readonly<Record<string, Limit>> = {
  minLength: (value, limit) => typeof value !== 'string' || [...value].length >= limit,
  maxLength: (value, limit) => typeof value !== 'string' || [...value].length <= limit,
  minimum: (value, limit) => typeof value !== 'number' || value >= limit,
  maximum: (value, limit) => typeof value !== 'number' || value <= limit,
  exclusiveMinimum: (value, limit) => typeof value !== 'number' || value > limit,
  exclusiveMaximum: (value, limit) => typeof value !== 'number' || value < limit,
};

/** Whether a limit of one side was replaced by values that the other lists. */
export const isReplaced = (keyword: string, { before, after }: Both<JsonObject>): boolean =>
  Object.hasOwn(LIMITS, keyword) && (listedIn(before) === undefined) !== (listedIn(after) === undefined);

/** Two schemas of integers with their bounds in one form: "more than 0" is "at least 1" for them. */
const alignIntegers = (schemas: Both<JsonObject>): Both<JsonObject> => {
  const { before, after } = schemas;
  return isInteger(before) && isInteger(after) ? { before: asInteger(before), after: asInteger(after) } : schemas;
};

const isInteger = (schema: JsonObject): boolean => {
  const types = typesOf(schema).join();
  const { multipleOf } = schema;
  return types === 'integer' || (types === 'number' && Number.isInteger(multipleOf) && multipleOf !== 0);
};

const asInteger = (schema: JsonObject): JsonObject => {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf, ...rest } = schema;
  const lower = typeof above === 'number' ? Math.floor(above) + 1 : minimum;
  const upper = typeof below === 'number' ? Math.ceil(below) - 1 : maximum;
  return {
    ...rest,
    type: asArray(schema['type']).includes('null') ? ['integer', 'null'] : 'integer',
    ...(typeof lower === 'number' && { minimum: Math.ceil(lower) }),
    ...(typeof upper === 'number' && { maximum: Math.floor(upper) }),
    ...(typeof multipleOf === 'number' && !Number.isInteger(1 / multipleOf) && { multipleOf }),
  };
};

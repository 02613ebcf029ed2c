import { asArray, isObject, own, stableJson, type Json, type JsonObject } from '../../../json.js';
import { isAnnotation, isAnnotationOnly } from '../../schema/annotations.js';
import { conjoin, flatten } from '../../schema/flatten.js';
import { typeOfValue, writtenTypes } from '../../schema/types.js';
import type { Side } from '../../side.js';

export const CHOICES = ['anyOf', 'oneOf'] as const;

/** A schema whose choices are written without `anyOf` and `oneOf`, where other keywords say the same. */
export const simplified = (schema: JsonObject, side: Side): JsonObject => {
  let current = schema;
  for (const keyword of CHOICES) {
    const written = current[keyword];
    if (!Array.isArray(written) || written.length === 0) continue;
    const { [keyword]: _, ...rest } = current;
    const members = keyword === 'anyOf' ? widest(written, side) : written;
    const said = sameAs(members, keyword, side);
    const whole = said && conjoin([rest, said]);
    // What is left may be a choice again, one that was inside of this.
    if (whole !== undefined) return simplified(whole, side);
    if (members.length < written.length) current = { ...rest, [keyword]: members };
  }
  return current;
};

/** One schema that says what a choice does; undefined where only a choice can. */
const sameAs = (members: readonly Json[], keyword: string, side: Side): JsonObject | undefined => {
  const schemas = members.map((member) => (isObject(member) ? side.nodeOf(member) : member));
  if (keyword === 'anyOf' && schemas.some(acceptsAll)) return {};
  if (schemas.length === 1) {
    const [only] = schemas;
    if (acceptsAll(only)) return {};
    return isObject(only) && only['$ref'] === undefined ? flatten(only, side) : undefined;
  }
  if (!schemas.every(isObject)) return undefined;
  return asTypes(schemas) ?? asValues(schemas);
};

export const acceptsAll = (schema: Json | undefined): boolean =>
  schema === true || (isObject(schema) && isAnnotationOnly(schema));

/** Members that are nothing but types. */
const asTypes = (members: readonly JsonObject[]): JsonObject | undefined => {
  const isBare = (member: JsonObject): boolean =>
    member['type'] !== undefined && Object.keys(member).every((key) => key === 'type' || isAnnotation(key));
  return members.every(isBare) ? { type: listOf(members.flatMap(writtenTypes)) } : undefined;
};

/** Members that are nothing but values by name. */
const asValues = (members: readonly JsonObject[]): JsonObject | undefined => {
  const values = members.map(namedValues);
  if (!values.every((list) => list !== undefined)) return undefined;
  const types = members.map(writtenTypes);
  const unique = new Map(values.flat().map((value) => [stableJson(value), value]));
  const isTyped = types.every((list) => list.length > 0);
  return {
    type: listOf(isTyped ? types.flat() : [...unique.values()].map(typeOfValue)),
    enum: [...unique.keys()].sort().map((key) => unique.get(key) as Json),
  };
};

const listOf = (types: readonly string[]): Json => {
  const list = [...new Set(types)].sort();
  return list.length === 1 ? (list[0] as string) : list;
};

/** The values of a schema that is a list of them; null where that is its type. */
const namedValues = (schema: JsonObject): Json[] | undefined => {
  const isNamed = Object.keys(schema).every((key) => ['type', 'enum', 'const'].includes(key) || isAnnotation(key));
  if (!isNamed) return undefined;
  if (schema['const'] !== undefined) return [schema['const']];
  if (Array.isArray(schema['enum'])) return schema['enum'];
  return schema['type'] === 'null' ? [null] : undefined;
};

const MAX_MEMBERS = 50;

/** The members that are not within another one. */
const widest = (members: readonly Json[], side: Side): Json[] => {
  if (members.length > MAX_MEMBERS) return [...members];
  return members.filter((member, index) =>
    members.every(
      (other, at) => at === index || !isWithin(member, other, side) || (isWithin(other, member, side) && index < at),
    ),
  );
};

/** Whether each value of one schema is certainly one of another. */
export const isWithin = (narrow: Json, wide: Json, side: Side, wideSide = side, depth = 0): boolean => {
  if (acceptsAll(wide)) return true;
  if (!isObject(narrow) || !isObject(wide)) return false;
  const [inner, outer] = [flatten(side.nodeOf(narrow), side), flatten(wideSide.nodeOf(wide), wideSide)];
  const alternatives = inner && depth < 4 && alternativesOf(inner);
  if (alternatives) return alternatives.every((each) => isWithin(each, wide, side, wideSide, depth + 1));
  if (outer && depth < 4 && alternativesOf(outer)?.some((each) => isWithin(narrow, each, side, wideSide, depth + 1)))
    return true;
  if (inner === undefined || outer === undefined || outer['$ref'] !== undefined) return false;
  return Object.keys(outer).every((key) => {
    if (isAnnotation(key) || outer[key] === inner[key]) return true;
    if (key === 'type')
      return writtenTypes(inner).length > 0 && writtenTypes(inner).every((type) => takes(outer, type));
    if (key === 'enum') return namedValues(inner)?.every((value) => isListed(outer, value)) === true;
    if (key === 'required') return isListedIn(asArray(inner['required']), asArray(outer['required']));
    return false;
  });
};

/** The members of a schema that is nothing but a choice. */
const alternativesOf = (schema: JsonObject): readonly Json[] | undefined => {
  const keys = Object.keys(schema).filter((key) => !isAnnotation(key) && key !== 'discriminator');
  const [keyword] = keys;
  if (keys.length !== 1 || (keyword !== 'anyOf' && keyword !== 'oneOf')) return undefined;
  const members = asArray(schema[keyword]);
  return members.length > 0 ? members : undefined;
};

const takes = (schema: JsonObject, type: string): boolean => {
  const types = writtenTypes(schema);
  return types.includes(type) || (type === 'integer' && types.includes('number'));
};

const isListed = (schema: JsonObject, value: Json): boolean =>
  asArray(own(schema, 'enum')).some((each) => stableJson(each) === stableJson(value));

const isListedIn = (all: readonly Json[], names: readonly Json[]): boolean => names.every((name) => all.includes(name));

/** A schema whose alternatives do not allow null by a type where null is an alternative of its own. */
export const withNullOnce = (schema: JsonObject): JsonObject => {
  const keyword = CHOICES.find((each) =>
    asArray(schema[each]).some((member) => isObject(member) && member['type'] === 'null'),
  );
  return keyword === undefined ? schema : withoutNullIn(schema, keyword);
};

/** The same schema where nothing is taken away. */
const withoutNullIn = (schema: JsonObject, keyword: (typeof CHOICES)[number]): JsonObject => {
  const members = asArray(schema[keyword]);
  const read = members.map(withoutTypedNull);
  return read.every((member, index) => member === members[index]) ? schema : { ...schema, [keyword]: read };
};

/** References stay. */
const withoutTypedNull = (schema: Json): Json => {
  if (!isObject(schema) || schema['$ref'] !== undefined) return schema;
  const { type } = schema;
  if (Array.isArray(type) && type.includes('null'))
    return { ...schema, type: listOf(writtenTypes(schema).filter((each) => each !== 'null')) };
  const keyword = CHOICES.find((each) => asArray(schema[each]).length > 0);
  return keyword === undefined ? schema : withoutNullIn(schema, keyword);
};

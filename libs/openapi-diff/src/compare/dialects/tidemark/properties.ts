import { RE2JS } from 're2js';
import { asObject, isObject, own, type Json, type JsonObject } from '../../../json.js';
import { escapePointer } from '../../../pointers.js';
import {
  PROPERTY_ADDED,
  PROPERTY_REMOVED,
  PROPERTY_REQUIRED,
  type Add,
  type SchemaPair,
} from '../../schema/finding.js';
import { compareProperties } from '../../schema/properties.js';
import type { SchemaWalk } from '../../schema/walk.js';

/**
 * Compares properties, also with what the other side says of those that it does not list: by a pattern, as further
 * properties, or that they are forbidden.
 */
export const compareAllProperties = (walk: SchemaWalk, pair: SchemaPair, add: Add): void => {
  const forbidden = { before: forbiddenIn(pair.before), after: forbiddenIn(pair.after) };
  for (const name of forbidden.after)
    if (!forbidden.before.includes(name)) add({ kind: 'property-forbidden', name, at: placeOf(name) });
  for (const name of forbidden.before)
    if (!forbidden.after.includes(name)) add({ kind: 'property-allowed', name, at: placeOf(name) });
  const isForbidden = (name: string | undefined): boolean =>
    name !== undefined && (forbidden.before.includes(name) || forbidden.after.includes(name));
  compareProperties(
    walk,
    pair,
    (finding) => {
      const { kind, name } = finding;
      const isOneSided = kind === PROPERTY_ADDED || kind === PROPERTY_REMOVED;
      if (isOneSided && isForbidden(name)) return;
      if (!isOneSided || name === undefined) return add(finding);
      const isAdded = kind === PROPERTY_ADDED;
      const other = isAdded ? pair.before : pair.after;
      const unlisted = unlistedSchema(other, name);
      if (unlisted === undefined)
        return add(kind === PROPERTY_REMOVED && isClosed(other) ? { ...finding, refused: true } : finding);
      const listed = own(asObject((isAdded ? pair.after : pair.before)['properties']), name);
      const schemas = isAdded ? { before: unlisted.schema, after: listed } : { before: listed, after: unlisted.schema };
      const places = isAdded ? [unlisted.at, placeOf(name)] : [placeOf(name), unlisted.at];
      walk.child(pair, schemas, { path: name, before: places[0] as string, after: places[1] as string });
      if (isAdded && finding.required === true)
        add({ ...finding, kind: PROPERTY_REQUIRED, propertyBefore: {}, at: '/required' });
    },
    true,
  );
};

const placeOf = (name: string): string => `/properties/${escapePointer(name)}`;

const forbiddenIn = (schema: JsonObject): string[] =>
  Object.entries(asObject(schema['properties']))
    .filter(([, value]) => value === false)
    .map(([name]) => name)
    .sort();

const isClosed = (schema: JsonObject): boolean =>
  schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;

/** What a schema says of a property that it does not list; undefined when anything goes, or nothing. */
const unlistedSchema = (schema: JsonObject, name: string): { schema: Json; at: string } | undefined => {
  for (const [pattern, value] of Object.entries(asObject(schema['patternProperties'])))
    if (isObject(value) && matches(pattern, name))
      return { schema: value, at: `/patternProperties/${escapePointer(pattern)}` };
  const further = schema['additionalProperties'];
  return isObject(further) && Object.keys(further).length > 0
    ? { schema: further, at: '/additionalProperties' }
    : undefined;
};

/** In linear time, so a pattern that looks around or back matches nothing, as one that is none. */
const matches = (pattern: string, name: string): boolean => {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern)).matcher(name).find();
  } catch {
    return false;
  }
};

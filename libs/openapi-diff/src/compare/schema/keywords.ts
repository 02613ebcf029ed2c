import {
  asArray,
  asObject,
  asString,
  escapePointer,
  isObject,
  own,
  stableJson,
  without,
  type Json,
  type JsonObject,
} from '../../json.js';
import { DEPRECATED, EXCLUSIVE_FLIPPED, STABILITY, TYPE, type Finding } from './finding.js';
import { allowsNull, typesOf, writtenTypes } from './types.js';

type Add = (finding: Finding) => void;

/** Differences of everything in a schema that is not itself a schema; `field` as oasdiff reads them. */
export const compareKeywords = (before: JsonObject, after: JsonObject, add: Add, field: boolean): void => {
  compareType(before, after, add, field);
  compareValues(before, after, add, field);
  compareBounds(before, after, add);
  comparePattern(before, after, add);
  compareDiscriminator(before, after, add);
  compareFlags(before, after, add);
  compareNotes(before, after, add);
  compareOthers(before, after, add);
};

const compareType = (before: JsonObject, after: JsonObject, add: Add, field: boolean): void => {
  if (field) {
    const [olds, news] = [writtenTypes(before).sort().join(), writtenTypes(after).sort().join()];
    if (olds !== news || (before['format'] ?? '') !== (after['format'] ?? ''))
      add({ kind: TYPE, at: olds === news ? '/format' : '/type' });
    return;
  }
  const was = allowsNull(before);
  const is = allowsNull(after);
  // Without a type anything is allowed, null too: losing or gaining the type is told by the type itself.
  const untyped = was
    ? after['type'] === undefined && after['nullable'] === undefined
    : before['type'] === undefined && after['nullable'] !== true;
  if (was !== is && !untyped) add({ kind: is ? 'became-nullable' : 'became-not-nullable', at: '/type' });
  const types = stableJson([...typesOf(before)].sort()) !== stableJson([...typesOf(after)].sort());
  if (types || before['format'] !== after['format']) add({ kind: TYPE, at: types ? '/type' : '/format' });
};

const compareValues = (before: JsonObject, after: JsonObject, add: Add, field: boolean): void => {
  compareEnum(before, after, add, field);
  compareConst(before, after, add, field);
  const olds = asArray(before['x-extensible-enum']);
  const news = new Set(asArray(after['x-extensible-enum']));
  if (after['x-extensible-enum'] !== undefined) {
    for (const value of olds) {
      if (!news.has(value)) add({ kind: 'x-extensible-enum-value-removed', before: value, at: '/x-extensible-enum' });
    }
  }
  const old = given(before['default'], field);
  const now = given(after['default'], field);
  if (old !== now) {
    const kind = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    add({ kind: `default-value-${kind}`, ...pair(old, now), at: '/default' });
  }
};

/** A value that is said; to oasdiff null is none. */
const given = (value: Json | undefined, field: boolean): Json | undefined =>
  field && value === null ? undefined : value;

const compareEnum = (before: JsonObject, after: JsonObject, add: Add, field: boolean): void => {
  const olds = asArray(before['enum']);
  const news = asArray(after['enum']);
  if (olds === news || (!field && sameSet(asConstEnum(before), asConstEnum(after)))) return;
  const lacks = (schema: JsonObject): boolean =>
    field ? schema['enum'] === undefined : asArray(schema['enum']).length === 0;
  const [wasNone, isNone] = [lacks(before), lacks(after)];
  // oasdiff also lists every value of an enum that appeared or went.
  const mode = wasNone || isNone ? ({ mode: 'field' } as const) : {};
  if (wasNone && news.length > 0) add({ kind: 'became-enum', after: news, at: '/enum' });
  if (isNone && olds.length > 0) add({ kind: 'became-not-enum', before: olds, at: '/enum' });
  for (const value of without(olds, news)) add({ kind: 'enum-value-removed', before: value, at: '/enum', ...mode });
  for (const value of without(news, olds)) add({ kind: 'enum-value-added', after: value, at: '/enum', ...mode });
};

const compareConst = (before: JsonObject, after: JsonObject, add: Add, field: boolean): void => {
  const old = given(before['const'], field);
  const now = given(after['const'], field);
  if (old === now || (!field && sameSet(asConstEnum(before), asConstEnum(after)))) return;
  const kind = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
  add({ kind: `const-${kind}`, ...pair(old, now), at: '/const' });
};

/** `const: x` says the same as `enum: [x]`. */
const asConstEnum = (schema: JsonObject): Json[] | undefined => {
  if (schema['const'] !== undefined) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
};

const sameSet = (a: Json[] | undefined, b: Json[] | undefined): boolean =>
  a !== undefined && b !== undefined && a.length === b.length && without(a, b).length === 0;

const BOUNDS: [keyword: string, kind: string][] = [
  ['maximum', 'max'],
  ['minimum', 'min'],
  ['exclusiveMaximum', 'exclusive-max'],
  ['exclusiveMinimum', 'exclusive-min'],
  ['maxLength', 'max-length'],
  ['minLength', 'min-length'],
  ['maxItems', 'max-items'],
  ['minItems', 'min-items'],
  ['maxProperties', 'max-properties'],
  ['minProperties', 'min-properties'],
  ['maxContains', 'max-contains'],
  ['minContains', 'min-contains'],
];

/** A lower bound of a count is 0 when it is not said. */
const ZERO_BY_DEFAULT = new Set(['minLength', 'minItems', 'minProperties']);

const compareBounds = (before: JsonObject, after: JsonObject, add: Add): void => {
  for (const [keyword, kind] of BOUNDS) {
    const old = bound(before, keyword);
    const now = bound(after, keyword);
    if (old === now) continue;
    if (old !== undefined && now !== undefined && (typeof old === 'boolean' || typeof now === 'boolean')) {
      add({ kind: EXCLUSIVE_FLIPPED, name: kind, ...pair(old, now), at: `/${keyword}` });
      continue;
    }
    const move = old === undefined ? 'set' : now === undefined ? 'unset' : old < now ? 'increased' : 'decreased';
    add({ kind: `${kind}-${move}`, ...pair(old, now), at: `/${keyword}` });
  }
  const old = before['multipleOf'];
  const now = after['multipleOf'];
  if (old !== now) {
    add({
      kind: `multiple-of-${old === undefined ? 'set' : now === undefined ? 'unset' : 'changed'}`,
      ...pair(old, now),
      at: '/multipleOf',
    });
  }
  if (before['uniqueItems'] !== after['uniqueItems']) {
    add({ kind: after['uniqueItems'] === true ? 'unique-items-set' : 'unique-items-unset', at: '/uniqueItems' });
  }
};

const bound = (schema: JsonObject, keyword: string): number | boolean | undefined => {
  const value = schema[keyword];
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return ZERO_BY_DEFAULT.has(keyword) ? 0 : undefined;
};

const comparePattern = (before: JsonObject, after: JsonObject, add: Add): void => {
  const old = asString(before['pattern']) ?? '';
  const now = asString(after['pattern']) ?? '';
  if (old === now) return;
  const kind = old === '' ? 'added' : now === '' ? 'removed' : now === '.*' ? 'generalized' : 'changed';
  add({ kind: `pattern-${kind}`, ...pair(old === '' ? undefined : old, now === '' ? undefined : now), at: '/pattern' });
};

const compareDiscriminator = (before: JsonObject, after: JsonObject, add: Add): void => {
  const old = before['discriminator'];
  const now = after['discriminator'];
  if (old === now) return;
  const at = '/discriminator';
  if (!isObject(old) || !isObject(now)) {
    if (isObject(now)) add({ kind: 'discriminator-added', after: now['propertyName'] ?? null, at });
    else if (isObject(old)) add({ kind: 'discriminator-removed', before: old['propertyName'] ?? null, at });
    return;
  }
  if (old['propertyName'] !== now['propertyName']) {
    add({
      kind: 'discriminator-property-name-changed',
      ...pair(old['propertyName'], now['propertyName']),
      at: `${at}/propertyName`,
    });
  }
  const olds = asObject(old['mapping']);
  const news = asObject(now['mapping']);
  for (const name of Object.keys({ ...olds, ...news }).sort()) {
    const from = own(olds, name);
    const to = own(news, name);
    if (from === to) continue;
    const kind = from === undefined ? 'added' : to === undefined ? 'deleted' : 'changed';
    add({ kind: `discriminator-mapping-${kind}`, name, ...pair(from, to), at: `${at}/mapping` });
  }
};

const compareFlags = (before: JsonObject, after: JsonObject, add: Add): void => {
  const was = before['deprecated'] === true;
  const is = after['deprecated'] === true;
  if (was !== is) add({ kind: DEPRECATED, before: was, after: is, at: '/deprecated' });
  const stability = 'x-stability-level';
  if (before[stability] !== after[stability])
    add({ kind: STABILITY, ...pair(before[stability], after[stability]), at: `/${stability}` });
  for (const [keyword, kind] of [
    ['contentEncoding', 'content-encoding'],
    ['contentMediaType', 'content-media-type'],
  ] as const) {
    if (before[keyword] !== after[keyword])
      add({ kind: `${kind}-changed`, ...pair(before[keyword], after[keyword]), at: `/${keyword}` });
  }
};

const compareNotes = (before: JsonObject, after: JsonObject, add: Add): void => {
  if (before['description'] !== after['description'])
    add({ kind: 'description-changed', ...pair(before['description'], after['description']), at: '/description' });
  if (before['title'] !== after['title'])
    add({ kind: 'title-changed', ...pair(before['title'], after['title']), at: '/title' });
  if (before['examples'] !== after['examples'])
    add({ kind: 'examples-changed', ...pair(before['examples'], after['examples']), at: '/examples' });
};

/** Keywords that have rules of their own, here or in the graph. */
const KNOWN = new Set(
  `type nullable format enum const default maximum minimum exclusiveMaximum exclusiveMinimum maxLength minLength
  maxItems minItems maxProperties minProperties maxContains minContains multipleOf uniqueItems pattern discriminator
  deprecated readOnly writeOnly contentEncoding contentMediaType description title examples required properties
  additionalProperties items not contains propertyNames unevaluatedItems unevaluatedProperties if then else
  contentSchema patternProperties dependentSchemas dependentRequired allOf anyOf oneOf prefixItems x-sunset
  x-stability-level x-extensible-enum $ref`.split(/\s+/),
);

/** Whatever else differs is told, as words. */
const compareOthers = (before: JsonObject, after: JsonObject, add: Add): void => {
  // Only a reference that leads nowhere is still here.
  if (before['$ref'] !== after['$ref'])
    add({ kind: 'reference-changed', ...pair(before['$ref'], after['$ref']), at: '/$ref', mode: 'own' });
  for (const key of Object.keys({ ...before, ...after }).sort()) {
    const [old, now] = [own(before, key), own(after, key)];
    if (KNOWN.has(key) || old === now) continue;
    add({
      kind: 'keyword-changed',
      name: key,
      ...pair(old, now),
      at: `/${escapePointer(key)}`,
      mode: 'own',
    });
  }
};

export const pair = (before: Json | undefined, after: Json | undefined): { before?: Json; after?: Json } => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

import { given, type Both } from '../../both.js';
import { asArray, asObject, asString, isObject, own, type Json, type JsonObject } from '../../json.js';
import { escapePointer } from '../../pointers.js';
import { DEPRECATED, EXCLUSIVE_FLIPPED, STABILITY, type Add } from './finding.js';

/** Differences of everything in a schema that is neither a schema itself nor a type or a list of values. */
export const compareKeywords = (schemas: Both<JsonObject>, add: Add): void => {
  compareExtensibleEnum(schemas, add);
  compareBounds(schemas, add);
  comparePattern(schemas, add);
  compareDiscriminator(schemas, add);
  compareFlags(schemas, add);
  for (const [keyword, kind] of CHANGED) {
    const values = valuesOf(schemas, keyword);
    if (values.before === values.after) continue;
    const isLocal = kind === 'reference-changed' && [values.before, values.after].every(isWithinDocument);
    add({ kind: isLocal ? 'lost-reference-changed' : kind, ...given(values), at: `/${keyword}` });
  }
  compareOthers(schemas, add);
};

const isWithinDocument = (ref: Json | undefined): boolean => ref === undefined || (asString(ref) ?? '').startsWith('#');

/** How one value became another: the end of a finding's kind. */
export const moveOf = ({ before, after }: Both<unknown>): 'added' | 'removed' | 'changed' =>
  before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';

const valuesOf = ({ before, after }: Both<JsonObject>, keyword: string): Both<Json | undefined> => ({
  before: before[keyword],
  after: after[keyword],
});

const compareExtensibleEnum = ({ before, after }: Both<JsonObject>, add: Add): void => {
  const keyword = 'x-extensible-enum';
  if (after[keyword] === undefined) return;
  const values = new Set(asArray(after[keyword]));
  for (const value of asArray(before[keyword])) {
    if (!values.has(value)) add({ kind: 'x-extensible-enum-value-removed', before: value, at: `/${keyword}` });
  }
  const known = new Set(asArray(before[keyword]));
  for (const value of asArray(after[keyword]))
    if (!known.has(value)) add({ kind: 'x-extensible-enum-value-added', after: value, at: `/${keyword}` });
};

const BOUNDS = [
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
] as const;

/** A lower bound of a count is 0 when it is not stated. */
const ZERO_BY_DEFAULT: ReadonlySet<string> = new Set(['minLength', 'minItems', 'minProperties']);

const boundOf = (schema: JsonObject, keyword: string): number | boolean | undefined => {
  const value = schema[keyword];
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return ZERO_BY_DEFAULT.has(keyword) ? 0 : undefined;
};

const compareBounds = (schemas: Both<JsonObject>, add: Add): void => {
  for (const [keyword, kind] of BOUNDS) {
    const bounds = { before: boundOf(schemas.before, keyword), after: boundOf(schemas.after, keyword) };
    const { before, after } = bounds;
    if (before === after) continue;
    const isFlag = typeof before === 'boolean' || typeof after === 'boolean';
    if (isFlag && before !== undefined && after !== undefined)
      add({ kind: EXCLUSIVE_FLIPPED, name: kind, ...given(bounds), at: `/${keyword}` });
    else {
      const isLower = before !== undefined && after !== undefined && before < after;
      const move = before === undefined ? 'set' : after === undefined ? 'unset' : isLower ? 'increased' : 'decreased';
      add({ kind: `${kind}-${move}`, ...given(bounds), at: `/${keyword}` });
    }
  }
  const factors = valuesOf(schemas, 'multipleOf');
  if (factors.before !== factors.after) {
    const move = { added: 'set', removed: 'unset', changed: factorMove(factors) }[moveOf(factors)];
    add({ kind: `multiple-of-${move}`, ...given(factors), at: '/multipleOf' });
  }
  const unique = valuesOf(schemas, 'uniqueItems');
  if (unique.before !== unique.after)
    add({ kind: unique.after === true ? 'unique-items-set' : 'unique-items-unset', at: '/uniqueItems' });
};

/** Multiples of 10 are multiples of 5. */
const factorMove = ({ before, after }: Both<Json | undefined>): 'narrowed' | 'widened' | 'changed' => {
  if (typeof before !== 'number' || typeof after !== 'number') return 'changed';
  return Number.isInteger(before / after) ? 'widened' : Number.isInteger(after / before) ? 'narrowed' : 'changed';
};

const comparePattern = (schemas: Both<JsonObject>, add: Add): void => {
  const patternOf = (schema: JsonObject): string | undefined => asString(schema['pattern']) || undefined;
  const patterns = { before: patternOf(schemas.before), after: patternOf(schemas.after) };
  if (patterns.before === patterns.after) return;
  const isGeneralized = patterns.before !== undefined && patterns.after === '.*';
  add({ kind: `pattern-${isGeneralized ? 'generalized' : moveOf(patterns)}`, ...given(patterns), at: '/pattern' });
};

const compareDiscriminator = (schemas: Both<JsonObject>, add: Add): void => {
  const { before, after } = valuesOf(schemas, 'discriminator');
  if (before === after) return;
  const at = '/discriminator';
  if (!isObject(before) || !isObject(after)) {
    if (isObject(after)) add({ kind: 'discriminator-added', after: after['propertyName'] ?? null, at });
    else if (isObject(before)) add({ kind: 'discriminator-removed', before: before['propertyName'] ?? null, at });
    return;
  }
  const names = valuesOf({ before, after }, 'propertyName');
  if (names.before !== names.after)
    add({ kind: 'discriminator-property-name-changed', ...given(names), at: `${at}/propertyName` });
  const mappings = { before: asObject(before['mapping']), after: asObject(after['mapping']) };
  for (const name of Object.keys({ ...mappings.before, ...mappings.after }).sort()) {
    const targets = { before: own(mappings.before, name), after: own(mappings.after, name) };
    if (targets.before === targets.after) continue;
    const move = { added: 'added', removed: 'deleted', changed: 'changed' }[moveOf(targets)];
    add({ kind: `discriminator-mapping-${move}`, name, ...given(targets), at: `${at}/mapping` });
  }
};

const compareFlags = (schemas: Both<JsonObject>, add: Add): void => {
  const deprecated = { before: schemas.before['deprecated'] === true, after: schemas.after['deprecated'] === true };
  if (deprecated.before !== deprecated.after) add({ kind: DEPRECATED, ...deprecated, at: '/deprecated' });
  const levels = valuesOf(schemas, 'x-stability-level');
  if (levels.before !== levels.after) add({ kind: STABILITY, ...given(levels), at: '/x-stability-level' });
};

/** Keywords of which it is enough to say that they changed. */
const CHANGED = [
  ['contentEncoding', 'content-encoding-changed'],
  ['contentMediaType', 'content-media-type-changed'],
  ['description', 'description-changed'],
  ['title', 'title-changed'],
  ['examples', 'examples-changed'],
  // Only a reference that leads nowhere is still here.
  ['$ref', 'reference-changed'],
] as const;

/** Keywords that have rules of their own, here or elsewhere. */
const KNOWN: ReadonlySet<string> = new Set([
  ...BOUNDS.map(([keyword]) => keyword),
  ...CHANGED.map(([keyword]) => keyword),
  ...`type nullable format enum const default multipleOf uniqueItems pattern discriminator deprecated readOnly writeOnly
    required properties additionalProperties items not contains propertyNames unevaluatedItems unevaluatedProperties
    if then else contentSchema patternProperties dependentSchemas dependentRequired allOf anyOf oneOf prefixItems
    x-sunset x-stability-level x-extensible-enum`.split(/\s+/),
]);

/** Whatever else differs is reported as words. */
const compareOthers = ({ before, after }: Both<JsonObject>, add: Add): void => {
  for (const key of Object.keys({ ...before, ...after }).sort()) {
    const values = { before: own(before, key), after: own(after, key) };
    if (KNOWN.has(key) || values.before === values.after) continue;
    add({ kind: 'keyword-changed', name: key, ...given(values), at: `/${escapePointer(key)}` });
  }
};

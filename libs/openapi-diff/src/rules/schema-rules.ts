/**
 * What a change of a schema does to the set of values that it allows. In a request a smaller set refuses
 * what callers send today; in a response a larger one sends what they do not expect.
 */
export type Effect = 'narrows' | 'widens' | 'swaps' | 'notes';

/** One kind of schema change; with a direction and a scope it becomes a rule, such as `request-body-max-decreased`. */
export interface SchemaRule {
  readonly effect: Effect;
  /** The predicate of the sentence; `{before}`, `{after}`, `{name}` and `{of}` are filled in. */
  readonly says: string;
}

const narrows = (says: string): SchemaRule => ({ effect: 'narrows', says });
const widens = (says: string): SchemaRule => ({ effect: 'widens', says });
const swaps = (says: string): SchemaRule => ({ effect: 'swaps', says });
const notes = (says: string): SchemaRule => ({ effect: 'notes', says });

/** The four moves of an upper bound. */
const upper = (kind: string, noun: string): Record<string, SchemaRule> => ({
  [`${kind}-set`]: narrows(`now has the ${noun} {after}`),
  [`${kind}-unset`]: widens(`lost its ${noun} {before}`),
  [`${kind}-decreased`]: narrows(`had its ${noun} lowered from {before} to {after}`),
  [`${kind}-increased`]: widens(`had its ${noun} raised from {before} to {after}`),
});

/** The four moves of a lower bound. */
const lower = (kind: string, noun: string): Record<string, SchemaRule> => ({
  [`${kind}-set`]: narrows(`now has the ${noun} {after}`),
  [`${kind}-unset`]: widens(`lost its ${noun} {before}`),
  [`${kind}-increased`]: narrows(`had its ${noun} raised from {before} to {after}`),
  [`${kind}-decreased`]: widens(`had its ${noun} lowered from {before} to {after}`),
});

/** A keyword with a schema (or a set of names) under it that restricts what is valid. */
const restriction = (kind: string, keyword: string): Record<string, SchemaRule> => ({
  [`${kind}-added`]: narrows(`got a restriction "${keyword}"{of}`),
  [`${kind}-removed`]: widens(`lost its restriction "${keyword}"{of}`),
  [`${kind}-changed`]: swaps(`had its restriction "${keyword}"{of} changed from {before} to {after}`),
});

/** Every kind of schema change, by the end of its rule id. */
export const SCHEMA_RULES: Record<string, SchemaRule> = {
  'type-changed': swaps('changed type from {before} to {after}'),
  'type-generalized': widens('was generalized from {before} to {after}'),
  'type-specialized': narrows('was narrowed from {before} to {after}'),
  'type-compatible': notes('changed type from {before} to {after}, which this media type writes alike'),
  'became-nullable': widens('can now be null'),
  'became-not-nullable': narrows('can no longer be null'),
  'list-of-types-widened': widens('also allows the types {after}'),
  'list-of-types-narrowed': narrows('no longer allows the types {before}'),
  'enum-value-added': widens('got the new value {after}'),
  'enum-value-removed': narrows('lost the value {before}'),
  'became-enum': narrows('is now limited to the values {after}'),
  'became-not-enum': widens('is no longer limited to the values {before}'),
  'const-added': narrows('must now always be {after}'),
  'const-removed': widens('need no longer be {before}'),
  'const-changed': swaps('must now be {after} instead of {before}'),
  'x-extensible-enum-value-removed': narrows('lost the value {before}'),
  'default-value-added': notes('got the default {after}'),
  'default-value-removed': notes('lost the default {before}'),
  'default-value-changed': notes('changed its default from {before} to {after}'),
  ...upper('max', 'maximum'),
  ...lower('min', 'minimum'),
  ...upper('exclusive-max', 'exclusive maximum'),
  ...lower('exclusive-min', 'exclusive minimum'),
  ...upper('max-length', 'maximum length'),
  ...lower('min-length', 'minimum length'),
  ...upper('max-items', 'maximum number of items'),
  ...lower('min-items', 'minimum number of items'),
  ...upper('max-properties', 'maximum number of properties'),
  ...lower('min-properties', 'minimum number of properties'),
  ...upper('max-contains', 'maximum number of matching items'),
  ...lower('min-contains', 'minimum number of matching items'),
  'multiple-of-set': narrows('must now be a multiple of {after}'),
  'multiple-of-unset': widens('need no longer be a multiple of {before}'),
  'multiple-of-changed': swaps('must now be a multiple of {after} instead of {before}'),
  'unique-items-set': narrows('must now have unique items'),
  'unique-items-unset': widens('may now repeat items'),
  'pattern-added': narrows('must now match the pattern {after}'),
  'pattern-removed': widens('need no longer match the pattern {before}'),
  'pattern-changed': swaps('must now match the pattern {after} instead of {before}'),
  'pattern-generalized': widens('may now match any text instead of the pattern {before}'),
  'discriminator-added': notes('got the discriminator {after}'),
  'discriminator-removed': notes('lost the discriminator {before}'),
  'discriminator-property-name-changed': notes('is told apart by {after} instead of {before}'),
  'discriminator-mapping-added': notes('got the discriminator value "{name}"'),
  'discriminator-mapping-deleted': notes('lost the discriminator value "{name}"'),
  'discriminator-mapping-changed': notes('maps the discriminator value "{name}" to {after} instead of {before}'),
  'all-of-added': narrows('must now also satisfy {after} (allOf)'),
  'all-of-removed': widens('need no longer satisfy {before} (allOf)'),
  'all-of-added-annotation-only': notes('got a part without constraints (allOf)'),
  'all-of-removed-annotation-only': notes('lost a part without constraints (allOf)'),
  'any-of-added': widens('also allows {after} (anyOf)'),
  'any-of-removed': narrows('no longer allows {before} (anyOf)'),
  'one-of-added': widens('also allows {after} (oneOf)'),
  'one-of-removed': narrows('no longer allows {before} (oneOf)'),
  'wrapped-in-one-of': swaps('became one of several alternatives (oneOf)'),
  ...restriction('not', 'not'),
  'prefix-items-added': notes('got a position in its tuple (prefixItems): {after}'),
  'prefix-items-removed': notes('lost a position in its tuple (prefixItems): {before}'),
  ...restriction('contains', 'contains'),
  ...restriction('property-names', 'propertyNames'),
  ...restriction('unevaluated-items', 'unevaluatedItems'),
  ...restriction('unevaluated-properties', 'unevaluatedProperties'),
  ...restriction('if', 'if'),
  ...restriction('then', 'then'),
  ...restriction('else', 'else'),
  ...restriction('content-schema', 'contentSchema'),
  ...restriction('dependent-required', 'dependentRequired'),
  ...restriction('dependent-schema', 'dependentSchemas'),
  ...restriction('pattern-property', 'patternProperties'),
  ...restriction('items', 'items'),
  'additional-properties-forbidden': narrows('no longer allows properties that are not listed'),
  'additional-properties-allowed': widens('now allows properties that are not listed'),
  'additional-properties-restricted': narrows('now restricts properties that are not listed'),
  'additional-properties-unrestricted': widens('no longer restricts properties that are not listed'),
  'content-encoding-changed': swaps('changed its content encoding from {before} to {after}'),
  'content-media-type-changed': swaps('changed its content media type from {before} to {after}'),
  removed: swaps('was removed'),
  'became-required': narrows('became required'),
  'became-optional': widens('became optional'),
  'became-required-with-default': narrows('became required; it has a default'),
  deprecated: notes('was deprecated'),
  'deprecated-with-sunset': notes('was deprecated, to be removed on {after}'),
  'deprecated-sunset-missing': notes('was deprecated without a sunset date'),
  'deprecated-sunset-invalid': notes('was deprecated with an unreadable sunset date {after}'),
  'sunset-date-too-small': notes('was deprecated with a sunset date too soon: {after}'),
  reactivated: notes('is no longer deprecated'),
  'stability-decreased': notes('had its stability level lowered from {before} to {after}'),
  'stability-increased': notes('had its stability level raised from {before} to {after}'),
  'description-changed': notes('changed its description'),
  'title-changed': notes('changed its title from {before} to {after}'),
  'examples-changed': notes('changed its examples'),
  'format-changed': notes('changed its format from {before} to {after}'),
  'reference-changed': swaps('is described in another document: {before} became {after}'),
  'keyword-changed': notes('changed "{name}"'),
};

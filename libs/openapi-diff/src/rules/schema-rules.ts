import type { Level } from '../change.js';
import { kept, ruleOf, type Direction, type Effect, type Override, type Rule } from './rule.js';

/** What kind of place a schema is used at; `property` is anything below the root of a body. */
export type Scope = 'body' | 'property' | 'parameter' | 'parameter-property' | 'header' | 'header-property';

const SCOPES: Record<Direction, readonly Scope[]> = {
  request: ['body', 'property', 'parameter', 'parameter-property'],
  response: ['body', 'property', 'header', 'header-property'],
};

/** Properties that only the other side sends: some rules have a milder twin for them. */
const TWINS: Record<Direction, string> = { request: 'read-only-property', response: 'write-only-property' };

/**
 * oasdiff's levels by their first letters, `-` where it has no such rule. In a request for a body, a property, a
 * parameter, a property of one, and the twin; in a response the same with a header.
 */
type Levels = 'own' | `${string} ${string}`;

/** A kind of schema change; with a direction and a scope it becomes a rule such as `request-body-max-decreased`. */
type Row = `${Effect} ${Levels}: ${string}`;

const OWN = 'own';

/** The four moves of a bound: set, unset, and the two ways to move it. */
const bound = (
  kind: string,
  noun: string,
  [narrower, wider]: readonly [Move, Move],
  ...levels: readonly Levels[]
): Record<string, Row> => {
  const [set, unset, narrowed, widened] = levels as [Levels, Levels, Levels, Levels];
  return {
    [`${kind}-set`]: `narrows ${set}: now has the ${noun} {after}`,
    [`${kind}-unset`]: `widens ${unset}: lost its ${noun} {before}`,
    [`${kind}-${narrower}`]: `narrows ${narrowed}: had its ${noun} ${MOVES[narrower]} from {before} to {after}`,
    [`${kind}-${wider}`]: `widens ${widened}: had its ${noun} ${MOVES[wider]} from {before} to {after}`,
  };
};
type Move = keyof typeof MOVES;
const MOVES = { decreased: 'lowered', increased: 'raised' } as const;
const UPPER = ['decreased', 'increased'] as const;
const LOWER = ['increased', 'decreased'] as const;

/** A keyword with a schema (or a set of names) under it that restricts what is valid. */
const restriction = (
  kind: string,
  keyword: string,
  added: Levels,
  removed: Levels,
  changed: Levels,
): Record<string, Row> => ({
  [`${kind}-added`]: `narrows ${added}: got a restriction "${keyword}"{of}`,
  [`${kind}-removed`]: `widens ${removed}: lost its restriction "${keyword}"{of}`,
  [`${kind}-changed`]: `swaps ${changed}: had its restriction "${keyword}"{of} changed from {before} to {after}`,
});

/** Every kind of schema change, by the end of its rule's id. */
const KINDS: Record<string, Row> = {
  'type-changed': 'swaps EEEW- EEE--: changed type from {before} to {after}',
  'type-generalized': 'widens IIII- EEE--: was generalized from {before} to {after}',
  'type-specialized': 'narrows ---E- III--: was narrowed from {before} to {after}',
  'type-compatible': 'notes II--- III--: changed type from {before} to {after}, which this media type writes alike',
  'became-nullable': 'widens IIII- EEE--: can now be null',
  'became-not-nullable': 'narrows EEEE- III--: can no longer be null',
  'list-of-types-widened': 'widens IIII- EE---: can now also be {after}',
  'list-of-types-narrowed': 'narrows EEEE- II---: can no longer be {before}',
  'enum-value-added': 'widens -III- -W--I: now also allows {after}',
  'enum-value-removed': 'narrows EEEEI II---: no longer allows {before}',
  'became-enum': 'narrows EEE-- -----: is now limited to the values {after}',
  'became-not-enum': 'widens own: is no longer limited to the values {before}',
  'const-added': 'narrows EE--- II---: must now always be {after}',
  'const-removed': 'widens II--- EE---: need no longer be {before}',
  'const-changed': 'swaps EE--- EE---: must now be {after} instead of {before}',
  'x-extensible-enum-value-removed': 'narrows -EE-- -----: no longer allows the value {before}',
  'x-extensible-enum-value-added': 'notes own: now also knows the value {after}',
  'default-value-added': 'notes IIE-- II---: got the default {after}',
  'default-value-removed': 'notes IIE-- II---: lost the default {before}',
  'default-value-changed': 'notes IIE-- II---: changed its default from {before} to {after}',
  ...bound('max', 'maximum', UPPER, 'WWW-- -----', OWN, 'EEE-I -----', 'III-- EE---'),
  ...bound('min', 'minimum', LOWER, 'WWW-- -----', OWN, 'EEE-I -----', 'III-- EE---'),
  ...bound('exclusive-max', 'exclusive maximum', UPPER, 'WWW-- -----', OWN, 'EEE-I -----', 'III-- EE---'),
  ...bound('exclusive-min', 'exclusive minimum', LOWER, 'WWW-- -----', OWN, 'EEE-I -----', 'III-- EE---'),
  ...bound('max-length', 'maximum length', UPPER, 'WWW-- -----', '----- EE---', 'EEE-I -----', 'III-- EE---'),
  ...bound('min-length', 'minimum length', LOWER, OWN, OWN, 'EEE-- -----', 'III-- EE---'),
  ...bound('max-items', 'maximum number of items', UPPER, OWN, OWN, '--E-- -----', '--I-- -----'),
  ...bound('min-items', 'minimum number of items', LOWER, 'WWW-- -----', '----- EE---', 'EEE-- -----', '--I-- EE---'),
  ...bound('max-properties', 'maximum number of properties', UPPER, OWN, OWN, OWN, OWN),
  ...bound('min-properties', 'minimum number of properties', LOWER, OWN, OWN, OWN, OWN),
  ...bound('max-contains', 'maximum number of matching items', UPPER, OWN, OWN, 'EE--- II---', 'II--- EE---'),
  ...bound('min-contains', 'minimum number of matching items', LOWER, OWN, OWN, 'EE--- II---', 'II--- EE---'),
  'multiple-of-set': 'narrows own: must now be a multiple of {after}',
  'multiple-of-unset': 'widens own: need no longer be a multiple of {before}',
  'multiple-of-changed': 'swaps own: must now be a multiple of {after} instead of {before}',
  'multiple-of-narrowed': 'narrows own: must now be a multiple of {after} instead of {before}',
  'multiple-of-widened': 'widens own: may now be any multiple of {after} instead of {before}',
  'unique-items-set': 'narrows own: must now have unique items',
  'unique-items-unset': 'widens own: may now repeat items',
  'pattern-added': 'narrows -EE-- -I---: must now match the pattern {after}',
  'pattern-removed': 'widens -II-- -I---: need no longer match the pattern {before}',
  'pattern-changed': 'swaps -WW-- -I---: must now match the pattern {after} instead of {before}',
  'pattern-generalized': 'widens -II-- -I---: may now match any text instead of the pattern {before}',
  'discriminator-added': 'notes II--- II---: got the discriminator {after}',
  'discriminator-removed': 'notes II--- II---: lost the discriminator {before}',
  'discriminator-property-name-changed': 'notes II--- II---: now has the discriminator {after} instead of {before}',
  'discriminator-mapping-added': 'notes II--- II---: got the discriminator value "{name}"',
  'discriminator-mapping-deleted': 'notes II--- II---: lost the discriminator value "{name}"',
  'discriminator-value-renamed': 'swaps own: now has the discriminator value {after} instead of {before}',
  'discriminator-mapping-changed':
    'notes II--- II---: maps the discriminator value "{name}" to {after} instead of {before}',
  'all-of-added': 'narrows EE--- II---: must now also satisfy {after} (allOf)',
  'all-of-removed': 'widens WW--- II---: need no longer satisfy {before} (allOf)',
  'all-of-added-annotation-only': 'notes II--- II---: got a part without constraints (allOf)',
  'all-of-removed-annotation-only': 'notes II--- II---: lost a part without constraints (allOf)',
  'any-of-added': 'widens II--- II---: also allows {after} (anyOf)',
  'any-of-removed': 'narrows EE--- II---: no longer allows {before} (anyOf)',
  'one-of-added': 'widens II--- EE---: also allows {after} (oneOf)',
  'one-of-removed': 'narrows EE--- II---: no longer allows {before} (oneOf)',
  'choice-added': 'narrows own: must now be one of {after}',
  'choice-removed': 'widens own: need no longer be one of {before}',
  'choice-widened': 'widens own: can now also be {after}',
  'choice-narrowed': 'narrows own: can no longer be {before}',
  'choice-became-exclusive': 'narrows own: must now match exactly one of its alternatives, and not several',
  'choice-became-inclusive': 'widens own: may now match several of its alternatives at once',
  'wrapped-in-one-of': 'swaps E---- E----: became one of several alternatives (oneOf)',
  ...restriction('not', 'not', OWN, OWN, OWN),
  'prefix-items-added': 'notes II--- EE---: got a position in its tuple (prefixItems): {after}',
  'prefix-items-removed': 'notes EE--- II---: lost a position in its tuple (prefixItems): {before}',
  ...restriction('contains', 'contains', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('property-names', 'propertyNames', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('unevaluated-items', 'unevaluatedItems', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('unevaluated-properties', 'unevaluatedProperties', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('if', 'if', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('then', 'then', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('else', 'else', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('content-schema', 'contentSchema', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('dependent-required', 'dependentRequired', 'EE--- II---', 'II--- EE---', 'EE--- EE---'),
  ...restriction('dependent-schema', 'dependentSchemas', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('pattern-property', 'patternProperties', 'EE--- II---', 'II--- EE---', OWN),
  ...restriction('items', 'items', OWN, OWN, OWN),
  'property-forbidden': 'narrows own: no longer allows "{name}"',
  'property-allowed': 'widens own: now allows "{name}"',
  'additional-properties-forbidden': 'narrows own: no longer allows properties that are not listed',
  'additional-properties-allowed': 'widens own: now allows properties that are not listed',
  'additional-properties-restricted': 'narrows own: now restricts properties that are not listed',
  'additional-properties-unrestricted': 'widens own: no longer restricts properties that are not listed',
  'content-encoding-changed': 'swaps EE--- EE---: changed its content encoding from {before} to {after}',
  'content-media-type-changed': 'swaps EE--- EE---: changed its content media type from {before} to {after}',
  deprecated: 'notes -I--- -I---: was deprecated',
  'deprecated-with-sunset': 'notes -I--- -I---: was deprecated, to be removed on {after}',
  'deprecated-sunset-missing': 'notes -E--- -E---: was deprecated without a sunset date',
  'deprecated-sunset-invalid': 'notes -E--- -E---: was deprecated with an unreadable sunset date {after}',
  'sunset-date-too-small': 'notes -E--- -E---: was deprecated with a sunset date too soon: {after}',
  reactivated: 'notes -I--- -I---: is no longer deprecated',
  'stability-decreased': 'notes -E--- -E---: had its stability level lowered from {before} to {after}',
  'stability-increased': 'notes -I--- -I---: had its stability level raised from {before} to {after}',
  'description-changed': 'notes own: changed its description',
  'title-changed': 'notes own: changed its title from {before} to {after}',
  'examples-changed': 'notes own: changed its examples',
  'format-changed': 'notes own: changed its format from {before} to {after}',
  'reference-changed': 'swaps own: is described in another document: {before} became {after}',
  'idle-keyword-changed': 'notes own: changed "{name}", which has no effect there',
  'lost-reference-changed': 'swaps own: has a reference that leads nowhere: {before} became {after}',
  'keyword-changed': 'notes own: changed "{name}"',
};

/** Ids that do not follow the pattern direction-scope-kind. */
const ALIASES: Readonly<Record<string, string>> = {
  'response-property-pattern-generalized': 'response-property-pattern-changed',
  'response-body-enum-value-removed': 'response-mediatype-enum-value-removed',
};

const REFUSED: Override = { severity: 'breaking', why: 'what callers send today may be refused' };
const UNKNOWN: Override = { severity: 'breaking', why: 'callers may receive what they never had to expect' };

/** Where callers are affected otherwise than oasdiff's level says. */
const OVERRIDES: Readonly<Record<string, Partial<Record<Direction, Override>>>> = {
  'any-of-added': { response: UNKNOWN },
  'property-forbidden': { response: { severity: 'risky', why: 'what callers read today comes no longer' } },
  'property-allowed': { response: { severity: 'safe', why: 'callers can ignore what they do not know' } },
  'choice-removed': { response: UNKNOWN },
  'choice-widened': { response: UNKNOWN },
  'choice-became-exclusive': { request: { severity: 'risky', why: 'what matches several alternatives is refused' } },
  'choice-became-inclusive': { response: { severity: 'safe', why: 'each alternative is what it was' } },
  'discriminator-property-name-changed': { request: REFUSED, response: UNKNOWN },
  'discriminator-value-renamed': { request: REFUSED, response: UNKNOWN },
  'discriminator-mapping-added': {
    request: { severity: 'safe', why: 'more is allowed, and all that callers send today still is' },
    response: { severity: 'risky', why: 'callers may receive a value that they do not know' },
  },
  'discriminator-mapping-deleted': {
    request: REFUSED,
    response: { severity: 'safe', why: 'less is sent, and callers could always receive all of it' },
  },
};

const LETTERS: Readonly<Record<string, Level>> = { E: 'ERR', W: 'WARN', I: 'INFO' };

/** The rules of a kind, by direction and place. @throws Error for a kind that has no row */
const rulesOf = kept((kind: string): ReadonlyMap<string, Rule> => {
  const row = /^(\w+) (own|\S+ \S+): (.*)$/.exec(KINDS[kind] ?? '');
  if (row === null) throw new Error(`no rule for ${kind}`);
  const [, effect, levels, says] = row as unknown as [string, Effect, Levels, string];
  const [request = '', response = ''] = levels === 'own' ? [] : levels.split(' ');
  const rules = new Map<string, Rule>();
  const add = (direction: Direction, place: string, letter: string | undefined): void => {
    const use = `${direction}-${place}-${kind}`;
    const rule = { id: ALIASES[use] ?? use, effect, oasdiff: LETTERS[letter ?? ''], says };
    rules.set(`${direction} ${place}`, ruleOf(rule, direction, OVERRIDES[kind]?.[direction]));
  };
  const addAll = (direction: Direction, letters: string): void => {
    SCOPES[direction].forEach((scope, index) => add(direction, scope, letters[index]));
    const letter = letters.at(-1) ?? '-';
    if (letter !== '-') add(direction, TWINS[direction], letter);
  };
  addAll('request', request);
  addAll('response', response);
  return rules;
});

/** Every rule of schemas. */
export const schemaRules = (): Rule[] => Object.keys(KINDS).flatMap((kind) => [...rulesOf(kind).values()]);

/** The rule for a kind of change at a place. @throws Error for a kind that has no row */
export const schemaRule = (direction: Direction, scope: Scope, kind: string): Rule =>
  rulesOf(kind).get(`${direction} ${scope}`) as Rule;

/** The rule for what only the other side sends; undefined where there is no milder one. */
export const twinRule = (direction: Direction, kind: string): Rule | undefined =>
  rulesOf(kind).get(`${direction} ${TWINS[direction]}`);

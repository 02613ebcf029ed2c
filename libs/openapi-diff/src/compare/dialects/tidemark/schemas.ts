import type { Both } from '../../../both.js';
import { asArray, type Json, type JsonObject } from '../../../json.js';
import { alignContent } from '../../schema/content-forms.js';
import type { SchemaDialect } from '../../schema/dialect.js';
import { TYPE, TYPE_LIST, type SchemaPair } from '../../schema/finding.js';
import { JUDGES, judgeKind } from '../../schema/judges.js';
import { compareKeywords } from '../../schema/keywords.js';
import { matchByPlace, matchMembers } from '../../schema/members.js';
import { compareProperties } from '../../schema/properties.js';
import { compareMembers, compareSubschemas, type Reading } from '../../schema/subschemas.js';
import { typesOf } from '../../schema/types.js';
import { compareValues } from '../../schema/values.js';
import { Subtypes } from '../../subtypes.js';
import type { SchemaWalk } from '../../schema/walk.js';
import { compareSubtypes } from './discriminator.js';
import { compareShared, ownOnly, ownWalk, readInheritance } from './inheritance.js';
import { isAnnotationOnly } from '../../schema/annotations.js';
import { isWrappedInOneOf, nullMove, typeListChange } from '../../schema/wrapping.js';

/** Schemas by what they mean to a caller: what is only written in another way is no change. */
export const schemas: SchemaDialect = {
  comparer: (walk) => {
    const subtypes = { before: new Subtypes(walk.before), after: new Subtypes(walk.after) };
    return (pair) => compareSchemas(walk, pair, subtypes);
  },
  rulesOf: (finding, pair, setting) => {
    const judged = (JUDGES[finding.kind] ?? judgeKind)(finding, setting, pair);
    return judged ? [judged] : [];
  },
  reentersComponents: true,
};

const READING: Reading = {
  schemaOf: (value) => value,
  matchMembers: (walk, keyword, before, after) =>
    keyword === 'prefixItems' ? matchByPlace(before, after) : matchMembers(walk, before, after),
  isAnnotation: isAnnotationOnly,
};

const compareSchemas = (walk: SchemaWalk, pair: SchemaPair, subtypes: Both<Subtypes>): void => {
  const nodes = { before: pair.before, after: pair.after };
  if (compareUnwrapped(walk, pair)) return;
  const aligned = alignContent(pair);
  const inheritance = readInheritance(walk, aligned);
  if (inheritance) compareShared(walk, { ...pair, ...aligned }, inheritance.shared);
  // Findings are judged by what was compared.
  Object.assign(pair, inheritance?.full ?? aligned);
  const { before, after, findings } = pair;
  const own = inheritance?.own ?? pair;
  if (isWrappedInOneOf(pair, walk.after)) {
    findings.push({ kind: 'wrapped-in-one-of', after: after['oneOf'] as Json, at: '/oneOf' });
    return;
  }
  const lists = typeListChange(pair, walk);
  if (lists !== undefined) findings.push({ kind: TYPE_LIST, before: lists.deleted, after: lists.added });
  const isOther = lists === undefined && isOtherKind(pair);
  const add = ownOnly(own, (finding) => {
    const isSaid = lists !== undefined && SAID_BY_LISTS.has(finding.kind);
    if (!isSaid && !(isOther && !SAID_OF_OTHER_KIND.test(finding.kind))) findings.push(finding);
  });
  compareValues({ before, after }, add);
  compareKeywords({ before, after }, (finding) => {
    if (!finding.kind.startsWith('discriminator-mapping-')) add(finding);
  });
  compareSubtypes(walk, subtypes, pair, { schemas: own, nodes }, (finding) => findings.push(finding));
  // Nothing of the old value is left, so only what it became is reported.
  if (isOther) return;
  const inner = ownWalk(walk, own);
  compareProperties(inner, pair, add, true);
  compareSubschemas(inner, pair, add, READING);
  compareMembers(inner, pair, add, READING);
};

/** A schema that was wrapped in a choice with null (or unwrapped) is compared without the wrapping. */
const compareUnwrapped = (walk: SchemaWalk, pair: SchemaPair): boolean => {
  const move = nullMove(pair);
  if (move === undefined) return false;
  if (move.kind !== undefined) pair.findings.push({ kind: move.kind });
  walk.child(pair, move, {
    path: '',
    before: placeInWrapper(pair.before, move.before),
    after: placeInWrapper(pair.after, move.after),
  });
  return true;
};

/** Where the wrapped schema stands in its wrapper; empty when it is not wrapped. */
const placeInWrapper = (schema: JsonObject, inner: Json): string => {
  if (schema === inner) return '';
  for (const keyword of ['oneOf', 'anyOf']) {
    const index = asArray(schema[keyword]).indexOf(inner);
    if (index !== -1) return `/${keyword}/${index}`;
  }
  return '';
};

/** Whether no value can be of both: their types have nothing in common. */
const isOtherKind = ({ before, after }: Both<JsonObject>): boolean => {
  const [from, to] = [before, after].map((schema) =>
    typesOf(schema).map((type) => (type === 'integer' ? 'number' : type)),
  ) as [string[], string[]];
  return from.length > 0 && to.length > 0 && !from.some((type) => to.includes(type));
};

/** What is reported of a value that became one of another kind. */
const SAID_OF_OTHER_KIND =
  /^(type|became-(not-)?nullable|description-changed|title-changed|deprecated-changed|stability-changed)$/;

/** What a change between a type and a choice of types says already. */
const SAID_BY_LISTS: ReadonlySet<string> = new Set([
  TYPE,
  'one-of-added',
  'one-of-removed',
  'any-of-added',
  'any-of-removed',
]);

import type { Both } from '../../../both.js';
import { asArray, without, type Json, type JsonObject } from '../../../json.js';
import { alignContent } from '../../schema/content-forms.js';
import type { SchemaDialect } from '../../schema/dialect.js';
import { TYPE, TYPE_LIST, type Add, type Finding, type SchemaPair } from '../../schema/finding.js';
import { JUDGES, judgeKind } from '../../schema/judges.js';
import { compareKeywords } from '../../schema/keywords.js';
import { matchByPlace, matchMembers } from '../../schema/members.js';
import { compareMembers, compareSubschemas, type Reading } from '../../schema/subschemas.js';
import { typesOf } from '../../schema/types.js';
import { compareValues } from '../../schema/values.js';
import { Subtypes } from '../../subtypes.js';
import type { Side } from '../../side.js';
import type { SchemaWalk } from '../../schema/walk.js';
import { memberText } from './alike.js';
import { alignChoices, compareChoice, matchChoice } from './choices.js';
import { compareSubtypes } from './discriminator.js';
import { compareIdle, withoutIdle } from './idle.js';
import { alignLimits } from './limits.js';
import { compareAllProperties } from './properties.js';
import { compareShared, ownOnly, ownWalk, readInheritance } from './inheritance.js';
import { isAnnotationOnly } from '../../schema/annotations.js';
import { nullMove } from '../../schema/wrapping.js';

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
  hidesOneWay: true,
  reentersComponents: true,
};

const READING: Reading = {
  schemaOf: (value) => value,
  matchMembers: (walk, keyword, before, after) =>
    keyword === 'prefixItems'
      ? matchByPlace(before, after)
      : keyword === 'allOf'
        ? matchMembers(walk, before, after)
        : matchChoice(walk, before, after),
  isAnnotation: isAnnotationOnly,
};

const compareSchemas = (walk: SchemaWalk, pair: SchemaPair, subtypes: Both<Subtypes>): void => {
  const nodes = { before: pair.before, after: pair.after };
  if (compareUnwrapped(walk, pair)) return;
  const aligned = alignContent(pair);
  const inheritance = readInheritance(walk, aligned);
  if (inheritance) compareShared(walk, { ...pair, ...aligned }, inheritance.shared);
  // Findings are judged by what was compared.
  const read = inheritance?.full ?? aligned;
  const effective = alignChoices(walk, read);
  Object.assign(pair, alignLimits({ before: withoutIdle(effective.before), after: withoutIdle(effective.after) }));
  const { before, after, findings } = pair;
  const isAligned = effective.before !== read.before || effective.after !== read.after;
  const own = isAligned || !inheritance?.shared.length ? pair : ownOf(inheritance.own);
  const choice = compareChoice(walk, pair, (finding) => findings.push(finding));
  if (choice === 'all') return;
  const lists = isAligned ? typeLists(pair) : undefined;
  if (lists !== undefined) findings.push({ kind: TYPE_LIST, ...lists, at: '/type' });
  const isOther = lists === undefined && isOtherKind(pair);
  const add = ownOnly(own, (finding) => {
    const isSaid = lists !== undefined && finding.kind === TYPE;
    if (!isSaid && !(isOther && !SAID_OF_OTHER_KIND.test(finding.kind))) findings.push(finding);
  });
  compareValues(asListed({ before, after }), add);
  compareKeywords({ before, after }, (finding) => {
    if (!finding.kind.startsWith('discriminator-mapping-')) add(asStated(finding, pair));
  });
  compareSubtypes(walk, subtypes, pair, { schemas: own, nodes }, (finding) => findings.push(finding));
  compareIdle(effective, pair, (finding) => findings.push(finding));
  // Nothing of the old value is left, so only what it became is reported.
  if (isOther) return;
  const inner = ownWalk(walk, own);
  compareAllProperties(inner, pair, add);
  compareSubschemas(inner, pair, add, READING);
  const addMember: Add = (finding) => {
    const isOfChoice = /^(any|one)-of-/.test(finding.kind);
    if (!isOfChoice) add(finding);
    else if (choice !== 'choice') add({ ...finding, words: wordsOf(finding, walk) });
  };
  compareMembers(inner, pair, addMember, READING);
};

/** What schemas say beside what they share, without what has no effect. */
const ownOf = ({ before, after }: Both<JsonObject>): Both<JsonObject> => ({
  before: withoutIdle(before),
  after: withoutIdle(after),
});

/** A schema that was wrapped in a choice with null (or unwrapped) is compared without the wrapping. */
const compareUnwrapped = (walk: SchemaWalk, pair: SchemaPair): boolean => {
  const move = nullMove(pair);
  if (move === undefined) return false;
  if (move.kind !== undefined) pair.findings.push({ kind: move.kind });
  walk.child(pair, withWords(walk, pair, move), {
    path: '',
    before: placeInWrapper(pair.before, move.before),
    after: placeInWrapper(pair.after, move.after),
  });
  return true;
};

/** What is said beside the choice is said of what is wrapped, where only one side wraps it. */
const withWords = (walk: SchemaWalk, pair: SchemaPair, move: Both<Json>): Both<Json> => {
  const read = (wrapper: JsonObject, inner: Json, side: Side): Json => {
    const { anyOf: _any, oneOf: _one, ...words } = wrapper;
    return wrapper === inner || Object.keys(words).length === 0 ? inner : { ...side.nodeOf(inner), ...words };
  };
  if (pair.before !== move.before && pair.after !== move.after) return move;
  return {
    before: read(pair.before, move.before, walk.before),
    after: read(pair.after, move.after, walk.after),
  };
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

/** Types that came to a list of them or went from it, where some stay. */
const typeLists = ({ before, after }: Both<JsonObject>): Both<string[]> | undefined => {
  const [from, to] = [typesOf(before), typesOf(after)];
  if (from.length === 0 || to.length === 0 || from.length + to.length < 3) return undefined;
  const change = { before: without(from, to) as string[], after: without(to, from) as string[] };
  const isPartly = change.before.length < from.length && change.before.length + change.after.length > 0;
  return isPartly ? change : undefined;
};

/** A lower bound that was not written was set, not raised from 0. */
const asStated = (finding: Finding, { before, after }: SchemaPair): Finding => {
  const [, keyword = ''] = (finding.at ?? '').split('/');
  const { kind } = finding;
  if (before[keyword] === undefined && kind.endsWith('-increased')) {
    const { before: _, ...rest } = finding;
    return { ...rest, kind: kind.replace(/increased$/, 'set') };
  }
  if (after[keyword] === undefined && kind.endsWith('-decreased')) {
    const { after: _, ...rest } = finding;
    return rest;
  }
  return finding;
};

/** A value that became one of several, or the other way round, is compared as a list of one. */
const asListed = ({ before, after }: Both<JsonObject>): Both<JsonObject> => {
  const read = (schema: JsonObject, other: JsonObject): JsonObject => {
    const { const: only, ...rest } = schema;
    return only !== undefined && Array.isArray(other['enum']) ? { ...rest, enum: [only] } : schema;
  };
  return { before: read(before, after), after: read(after, before) };
};

const wordsOf = ({ before, after }: Finding, walk: SchemaWalk): Partial<Both<string>> => ({
  ...(before !== undefined && { before: memberText(before, walk.before) }),
  ...(after !== undefined && { after: memberText(after, walk.after) }),
});

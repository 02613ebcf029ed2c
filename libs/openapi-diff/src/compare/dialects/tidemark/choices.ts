import type { Both } from '../../../both.js';
import { asArray, isObject, isReference, type Json, type JsonObject } from '../../../json.js';
import { isAnnotation } from '../../schema/annotations.js';
import { stepTo, type Add, type Finding, type SchemaPair } from '../../schema/finding.js';
import type { MemberMatch } from '../../schema/members.js';
import { writtenTypes } from '../../schema/types.js';
import type { SchemaWalk } from '../../schema/walk.js';
import { likeness, matchAlike, memberText } from './alike.js';
import { CHOICES, isWithin, simplified, withNullOnce } from './simplify.js';

type Keyword = (typeof CHOICES)[number];

/** The choice that a schema makes; undefined when it makes none or two. */
interface Choice {
  readonly keyword: Keyword;
  readonly members: readonly Json[];
}

const choiceOf = (schema: JsonObject): Choice | undefined => {
  const made = CHOICES.filter((keyword) => asArray(schema[keyword]).length > 0);
  const [keyword] = made;
  return made.length === 1 && keyword !== undefined ? { keyword, members: asArray(schema[keyword]) } : undefined;
};

/** Both schemas with their choices in one way of writing, unless the same members are chosen from. */
export const alignChoices = (walk: SchemaWalk, written: Both<JsonObject>): Both<JsonObject> => {
  const schemas = { before: withNullOnce(written.before), after: withNullOnce(written.after) };
  const isSame = CHOICES.every((keyword) => {
    const [before, after] = [asArray(schemas.before[keyword]), asArray(schemas.after[keyword])];
    return before.length === after.length && before.every((member, index) => isSameName(member, after[index]));
  });
  const choices = { before: choiceOf(schemas.before), after: choiceOf(schemas.after) };
  const isSwitched =
    choices.before !== undefined &&
    choices.before.keyword !== choices.after?.keyword &&
    isSameSet(choices.before, choices.after);
  if (isSame || isSwitched) return schemas;
  const before = simplified(schemas.before, walk.before);
  const after = simplified(schemas.after, walk.after);
  // Where a choice is left on one side, the other is best compared as one, too.
  const left = { before: choiceOf(before), after: choiceOf(after) };
  if (left.before && !left.after)
    return { before, after: choices.after ? schemas.after : asChoice(after, left.before) };
  if (left.after && !left.before)
    return { before: choices.before ? schemas.before : asChoice(before, left.after), after };
  return { before, after };
};

const isSameSet = (choice: Choice, other: Choice | undefined): boolean =>
  choice.members.length === other?.members.length && choice.members.every((member) => other.members.includes(member));

/** A list of types as a choice of them. */
const asChoice = (schema: JsonObject, { keyword }: Choice): JsonObject => {
  const types = writtenTypes(schema);
  const isBare = Object.keys(schema).every((key) => key === 'type' || isAnnotation(key));
  if (types.length < 2 || !isBare || types.includes('null')) return schema;
  const { type: _, ...rest } = schema;
  return { ...rest, [keyword]: types.map((type) => ({ type })) };
};

const isSameName = (member: Json, other: Json | undefined): boolean =>
  isReference(member) && isReference(other) ? member.$ref === other.$ref : member === other;

/**
 * Compares a schema that makes no choice with one that does: as one more or less of its alternatives where the choice is
 * all that there is, else as a choice that was not demanded before (or is not any more). False when both make one, or none.
 */
export const compareChoice = (walk: SchemaWalk, pair: SchemaPair, add: Add): 'all' | 'choice' | 'none' => {
  const choices = { before: choiceOf(pair.before), after: choiceOf(pair.after) };
  if ((choices.before === undefined) === (choices.after === undefined)) return compareKeywordOf(pair, choices, add);
  const isNow = choices.after !== undefined;
  const { keyword, members } = (choices.after ?? choices.before) as Choice;
  const [chooser, other] = isNow ? [pair.after, pair.before] : [pair.before, pair.after];
  const [side, otherSide] = isNow ? [walk.after, walk.before] : [walk.before, walk.after];
  if (CHOICES.some((each) => asArray(other[each]).length > 0)) return 'none';
  const at = `/${keyword}`;
  if (isAlternative(chooser, other)) {
    const index = mostAlike(
      members,
      (member) => likeness(member, side, other, otherSide),
      (member) => side.nodeOf(member) === other || isNamedAlike(member, other, otherSide),
    );
    if (index !== undefined) {
      const member = members[index] as Json;
      const step = stepTo('', `${at}/${index}`);
      walk.child(
        pair,
        isNow
          ? { before: withoutNull(other, members), after: member }
          : { before: member, after: withoutNull(other, members) },
        isNow ? { ...step, before: '' } : { ...step, after: '' },
      );
      const extras = members.filter((each) => each !== member && !isWithin(each, other, side, otherSide));
      for (const finding of extraFindings(extras, isNow, at, (each) => memberText(each, side))) add(finding);
      return 'all';
    }
  }
  const words = members.map((member) => memberText(member, side)).join(', ');
  add(
    isNow
      ? { kind: 'choice-added', after: [...members], at, words: { after: words } }
      : { kind: 'choice-removed', before: [...members], at, words: { before: words } },
  );
  return 'choice';
};

/** The same members may be chosen from in another way: exactly one of them, or any number. */
const compareKeywordOf = (pair: SchemaPair, { before, after }: Both<Choice | undefined>, add: Add): 'none' => {
  if (before === undefined || after === undefined || before.keyword === after.keyword) return 'none';
  const isExclusive = after.keyword === 'oneOf';
  add({ kind: isExclusive ? 'choice-became-exclusive' : 'choice-became-inclusive', at: `/${after.keyword}` });
  const { [before.keyword]: _, ...rest } = pair.before;
  Object.assign(pair, { before: { ...rest, [after.keyword]: [...before.members] } });
  return 'none';
};

/** A choice with null takes in a type of null. */
const withoutNull = (schema: JsonObject, members: readonly Json[]): JsonObject => {
  const types = writtenTypes(schema);
  if (!types.includes('null') || !members.some(isNull)) return schema;
  const rest = types.filter((type) => type !== 'null');
  return { ...schema, type: rest.length === 1 ? (rest[0] as string) : rest };
};

const isNull = (member: Json): boolean => isObject(member) && member['type'] === 'null';

/** Whether a schema can be one of the alternatives of another, which is nothing but a choice. */
const isAlternative = (chooser: JsonObject, other: JsonObject): boolean => {
  const restricting = (schema: JsonObject): string[] =>
    Object.keys(schema).filter((key) => !isAnnotation(key) && !neutral.has(key) && !isIdleNullable(key, schema));
  const [mine, theirs] = [restricting(chooser), restricting(other)];
  if (theirs.length === 0 || theirs.every((key) => chooser[key] === other[key])) return false;
  return mine.every((key) => key === 'type');
};

const neutral: ReadonlySet<string> = new Set(['discriminator', 'anyOf', 'oneOf']);

/** Without a type, `nullable` has no effect (OpenAPI 3.0.3). */
const isIdleNullable = (key: string, schema: JsonObject): boolean => key === 'nullable' && schema['type'] === undefined;

const isNamedAlike = (member: Json, other: JsonObject, side: SchemaWalk['before']): boolean =>
  isReference(member) && side.nodeOf({ $ref: member.$ref }) === other;

const mostAlike = (
  members: readonly Json[],
  alike: (member: Json) => number,
  isIt: (member: Json) => boolean,
): number | undefined => {
  const exact = members.findIndex(isIt);
  if (exact >= 0) return exact;
  const scores = members.map(alike);
  const best = Math.max(...scores);
  return best >= 0.3 ? scores.indexOf(best) : undefined;
};

const extraFindings = (
  extras: readonly Json[],
  isNow: boolean,
  at: string,
  textOf: (member: Json) => string,
): Finding[] => {
  const others = extras.filter((member) => !isNull(member));
  const nulls: Finding[] =
    others.length < extras.length ? [{ kind: isNow ? 'became-nullable' : 'became-not-nullable', at }] : [];
  if (others.length === 0) return nulls;
  const words = others.map(textOf).join(', ');
  const value = others.length === 1 ? (others[0] as Json) : others;
  return [
    ...nulls,
    isNow
      ? { kind: 'choice-widened', after: value, at, words: { after: words } }
      : { kind: 'choice-narrowed', before: value, at, words: { before: words } },
  ];
};

const MAX_COMPARISONS = 5_000;

/** Matches the members of a choice, and leaves out of the rest what the other side allows in any case. */
export const matchChoice = (walk: SchemaWalk, before: Json[], after: Json[]): MemberMatch => {
  const match = matchAlike(walk, before, after);
  const { modified, deleted, added } = match;
  if (deleted.length * after.length + added.length * before.length > MAX_COMPARISONS) return match;
  return {
    modified,
    deleted: deleted.filter(
      (index) => !after.some((other) => isWithin(before[index] as Json, other, walk.before, walk.after)),
    ),
    added: added.filter(
      (index) => !before.some((other) => isWithin(after[index] as Json, other, walk.after, walk.before)),
    ),
  };
};

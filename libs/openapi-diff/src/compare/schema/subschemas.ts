import { asArray, asObject, asString, escapePointer, isObject, own, type Json } from '../../json.js';
import { isReference } from '../../normalize/interner.js';
import type { Side } from '../side.js';
import type { Finding, SchemaPair } from './finding.js';
import { isWordsBut } from './equivalence.js';
import { matchByPlace, matchMembers, matchMembersAsField, type MemberMatch } from './members.js';
import type { SchemaWalk } from './walk.js';
import { isAnnotationOnly } from './wrapping.js';

export const compareSubschemas = (walk: SchemaWalk, pair: SchemaPair, add: (finding: Finding) => void): void => {
  const { before, after } = pair;
  for (const [keyword, kind] of SINGLE) {
    // oasdiff does not tell of a yes or no in the place of a schema.
    const old = walk.field && !isObject(before[keyword]) ? undefined : before[keyword];
    const now = walk.field && !isObject(after[keyword]) ? undefined : after[keyword];
    if (isObject(old) && isObject(now)) walk.child(pair, old, now, keyword, `/${keyword}`);
    else if (old !== now) {
      const move = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
      add({
        kind: `${kind}-${move}`,
        ...(old === undefined ? {} : { before: old }),
        ...(now === undefined ? {} : { after: now }),
        at: `/${keyword}`,
      });
    }
  }
  compareAdditional(walk, pair, add);
  for (const [keyword, kind] of KEYED) {
    const olds = asObject(before[keyword]);
    const news = asObject(after[keyword]);
    if (olds === news && walk.dirt.same(olds, news)) continue;
    for (const name of Object.keys({ ...olds, ...news }).sort()) {
      const old = own(olds, name);
      const now = own(news, name);
      const at = `/${keyword}/${escapePointer(name)}`;
      if (isObject(old) && isObject(now)) walk.child(pair, old, now, `${keyword}[${name}]`, at);
      else if (old !== now) {
        const move = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
        add({
          kind: `${kind}-${move}`,
          name,
          ...(old === undefined ? {} : { before: old }),
          ...(now === undefined ? {} : { after: now }),
          at,
        });
      }
    }
  }
};

const compareAdditional = (walk: SchemaWalk, pair: SchemaPair, add: (finding: Finding) => void): void => {
  const old = pair.before['additionalProperties'];
  const now = pair.after['additionalProperties'];
  const at = '/additionalProperties';
  if (isObject(old) && isObject(now)) return walk.child(pair, old, now, 'additionalProperties', at);
  const from = openness(old);
  const to = openness(now);
  if (from === to) return;
  const kind =
    to === 'closed' ? 'forbidden' : from === 'closed' ? 'allowed' : to === 'limited' ? 'restricted' : 'unrestricted';
  add({ kind: `additional-properties-${kind}`, at });
};

/** allOf, anyOf, oneOf and prefixItems: members are matched by what they are, not where they stand. */
export const compareMembers = (walk: SchemaWalk, pair: SchemaPair, add: (finding: Finding) => void): void => {
  for (const [keyword, kind] of MEMBERS) {
    const olds = asArray(pair.before[keyword]);
    const news = asArray(pair.after[keyword]);
    if (olds === news && walk.dirt.same(olds, news)) continue;
    if (olds.length === 0 && news.length === 0) continue;
    const match = matchOf(walk, keyword, olds, news);
    for (const [oldIndex, newIndex] of match.modified) {
      const label = memberLabel(news[newIndex], newIndex);
      walk.child(
        pair,
        olds[oldIndex],
        news[newIndex],
        `${keyword}[${label}]`,
        `/${keyword}/${oldIndex}`,
        `/${keyword}/${newIndex}`,
      );
    }
    for (const index of match.deleted) {
      add({
        kind: `${kind}-removed${note(walk, keyword, walk.before, olds[index])}`,
        before: olds[index] as Json,
        at: `/${keyword}`,
      });
    }
    for (const index of match.added) {
      add({
        kind: `${kind}-added${note(walk, keyword, walk.after, news[index])}`,
        after: news[index] as Json,
        at: `/${keyword}`,
      });
    }
  }
};

/** oasdiff takes the places of a tuple for a set, too. */
const matchOf = (walk: SchemaWalk, keyword: string, olds: Json[], news: Json[]): MemberMatch => {
  if (walk.field) return matchMembersAsField(walk, olds, news);
  return keyword === 'prefixItems' ? matchByPlace(olds, news) : matchMembers(walk, olds, news);
};

const note = (walk: SchemaWalk, keyword: string, side: Side, member: Json | undefined): string => {
  if (keyword !== 'allOf') return '';
  const { node } = side.resolve(member);
  return (walk.field ? isWordsBut(node) : isAnnotationOnly(node)) ? '-annotation-only' : '';
};

const SINGLE: [keyword: string, kind: string][] = [
  ['items', 'items'],
  ['not', 'not'],
  ['contains', 'contains'],
  ['propertyNames', 'property-names'],
  ['unevaluatedItems', 'unevaluated-items'],
  ['unevaluatedProperties', 'unevaluated-properties'],
  ['if', 'if'],
  ['then', 'then'],
  ['else', 'else'],
  ['contentSchema', 'content-schema'],
];

const KEYED: [keyword: string, kind: string][] = [
  ['patternProperties', 'pattern-property'],
  ['dependentSchemas', 'dependent-schema'],
  ['dependentRequired', 'dependent-required'],
];

const MEMBERS: [keyword: string, kind: string][] = [
  ['allOf', 'all-of'],
  ['anyOf', 'any-of'],
  ['oneOf', 'one-of'],
  ['prefixItems', 'prefix-items'],
];

const openness = (value: Json | undefined): 'open' | 'closed' | 'limited' => {
  if (value === false) return 'closed';
  return isObject(value) && Object.keys(value).length > 0 ? 'limited' : 'open';
};

/** How a member of a oneOf and such is named to people: its component, its title, or its place. */
const memberLabel = (member: Json | undefined, index: number): string => {
  if (isReference(member)) return member.$ref.slice(member.$ref.lastIndexOf('/') + 1);
  return asString(asObject(member)['title']) ?? `#${index + 1}`;
};

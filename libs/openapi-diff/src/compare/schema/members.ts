import { asString, isObject } from '../../json.js';
import type { Json } from '../../json.js';
import { isReference } from '../../normalize/interner.js';
import type { Side } from '../side.js';
import type { SchemaWalk } from './walk.js';

export interface MemberMatch {
  modified: Array<[before: number, after: number]>;
  deleted: number[];
  added: number[];
}

/**
 * Which members with the same content are the same although they are written in another way: `any`, only those that one
 * side refers to and the other writes out (`across`), or `none`.
 */
export type SameContent = 'any' | 'across' | 'none';

/**
 * Matches the members of two sets of schemas: references by name; inline ones by content, then by title;
 * then those with the same content as far as `same` says; then the only inline one left on each side. What
 * remains was added or removed.
 */
export function matchMembers(
  { before, after, dirt }: Pick<SchemaWalk, 'before' | 'after' | 'dirt'>,
  olds: Json[],
  news: Json[],
  same: SameContent = 'any',
): MemberMatch {
  const modified: Array<[number, number]> = [];
  let deleted = [...olds.keys()];
  let added = [...news.keys()];
  /** Pairs the members with equal keys, each once, in their order; those without a key are left. */
  const take = (keyOf: (member: Json, side: Side) => unknown, differ: boolean): void => {
    const free = Map.groupBy(added, (index) => keyOf(news[index] as Json, after));
    const taken = new Set<number>();
    deleted = deleted.filter((old) => {
      const key = keyOf(olds[old] as Json, before);
      const now = key === undefined ? undefined : free.get(key)?.find((index) => !taken.has(index));
      if (now === undefined) return true;
      taken.add(now);
      if (differ) modified.push([old, now]);
      return false;
    });
    added = added.filter((index) => !taken.has(index));
  };
  const unchanged = (member: Json): Json | undefined => (dirt.same(member, member) ? member : undefined);
  const inlineTitle = (member: Json): string | undefined => (isReference(member) ? undefined : title(member));
  take((member) => (isReference(member) ? member.$ref : undefined), true);
  take((member) => (isReference(member) ? undefined : unchanged(member)), false);
  take(inlineTitle, true);
  if (same === 'any') take((member, side) => unchanged(side.resolve(member).node), false);
  if (same === 'across') {
    for (const referring of [before, after])
      take(
        (member, side) =>
          isReference(member) === (side === referring) ? unchanged(side.resolve(member).node) : undefined,
        false,
      );
  }
  const onlyInline = (indexes: number[], members: Json[]): number | undefined => {
    const [index, ...more] = indexes.filter((each) => !isReference(members[each]));
    return index !== undefined && more.length === 0 && title(members[index]) === undefined ? index : undefined;
  };
  const old = onlyInline(deleted, olds);
  const now = onlyInline(added, news);
  if (old !== undefined && now !== undefined) {
    modified.push([old, now]);
    deleted = deleted.filter((index) => index !== old);
    added = added.filter((index) => index !== now);
  }
  return { modified, deleted, added };
}

/** Matches the members of two lists in which the place counts. */
export function matchByPlace(olds: Json[], news: Json[]): MemberMatch {
  const both = Math.min(olds.length, news.length);
  const rest = (items: Json[]): number[] => [...items.keys()].slice(both);
  return {
    modified: [...olds.keys()].slice(0, both).map((index) => [index, index]),
    deleted: rest(olds),
    added: rest(news),
  };
}

function title(member: Json | undefined): string | undefined {
  return isObject(member) ? asString(member['title']) : undefined;
}

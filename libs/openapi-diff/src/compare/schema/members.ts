import { asString } from '../../json.js';
import type { Json } from '../../json.js';
import { isReference } from '../../normalize/interner.js';
import type { SchemaWalk } from './walk.js';

export interface MemberMatch {
  modified: Array<[before: number, after: number]>;
  deleted: number[];
  added: number[];
}

/**
 * Matches the members of two sets of schemas: references by name; inline ones by content, then by title,
 * then the only one left on each side; what remains was added or removed, unless one side inlined what
 * the other refers to.
 */
export function matchMembers(walk: Pick<SchemaWalk, 'dirt' | 'equal'>, olds: Json[], news: Json[]): MemberMatch {
  const modified: Array<[number, number]> = [];
  let deleted = olds.map((_, index) => index);
  let added = news.map((_, index) => index);
  const take = (test: (old: number, now: number) => boolean, differ: boolean): void => {
    const taken = new Set<number>();
    deleted = deleted.filter((old) => {
      const now = added.find((index) => !taken.has(index) && test(old, index));
      if (now === undefined) return true;
      taken.add(now);
      if (differ) modified.push([old, now]);
      return false;
    });
    added = added.filter((index) => !taken.has(index));
  };
  const refOf = (value: Json | undefined): string | undefined => (isReference(value) ? value.$ref : undefined);
  const inline = (old: number, now: number): boolean =>
    refOf(olds[old]) === undefined && refOf(news[now]) === undefined;
  take((old, now) => refOf(olds[old]) !== undefined && refOf(olds[old]) === refOf(news[now]), true);
  take((old, now) => inline(old, now) && walk.dirt.same(olds[old], news[now]), false);
  take((old, now) => inline(old, now) && title(olds[old]) !== undefined && title(olds[old]) === title(news[now]), true);
  take((old, now) => walk.equal(olds[old], news[now]), false);
  const inlineOld = deleted.filter((index) => refOf(olds[index]) === undefined);
  const inlineNew = added.filter((index) => refOf(news[index]) === undefined);
  if (inlineOld.length === 1 && inlineNew.length === 1) {
    take(
      (old, now) =>
        old === inlineOld[0] &&
        now === inlineNew[0] &&
        title(olds[old]) === undefined &&
        title(news[now]) === undefined,
      true,
    );
  }
  return { modified, deleted, added };
}

function title(value: Json | undefined): string | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? asString(value['title']) : undefined;
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

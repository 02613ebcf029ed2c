import { asString, isObject, type Json } from '../../json.js';
import { isReference } from '../../normalize/interner.js';
import type { Side } from '../side.js';
import type { SchemaWalk } from './walk.js';

export interface MemberMatch {
  readonly modified: [before: number, after: number][];
  readonly deleted: number[];
  readonly added: number[];
}

/**
 * Matches the members of two sets of schemas: references by name; inline ones by content, then by title;
 * then those with the same content under whatever name; then the only inline one left on each side. What
 * remains was added or removed.
 */
export const matchMembers = (walk: Matching, olds: Json[], news: Json[]): MemberMatch => {
  const match = new Match(walk, olds, news);
  match.byName();
  match.byTitle(false);
  match.take((member, side) => match.unchanged(side.resolve(member).node), false);
  match.onlyOnes();
  return match;
};

/**
 * The same as oasdiff matches them: one title once, and a member that one side refers to and the other
 * writes out at last, when they allow the same.
 */
export const matchMembersAsField = (walk: SchemaWalk, olds: Json[], news: Json[]): MemberMatch => {
  const match = new Match(walk, olds, news);
  match.byName();
  match.byTitle(true);
  match.onlyOnes();
  match.across(walk);
  return match;
};

type Matching = Pick<SchemaWalk, 'before' | 'after' | 'dirt'>;

class Match implements MemberMatch {
  modified: [number, number][] = [];
  deleted: number[];
  added: number[];

  readonly #walk: Matching;
  readonly #olds: Json[];
  readonly #news: Json[];

  constructor(walk: Matching, olds: Json[], news: Json[]) {
    this.#walk = walk;
    this.#olds = olds;
    this.#news = news;

    this.deleted = [...olds.keys()];
    this.added = [...news.keys()];
  }

  /** Pairs the members with equal keys, each once, in their order; those without a key are left. */
  take(keyOf: (member: Json, side: Side) => unknown, differ: boolean, once = false): void {
    const free = Map.groupBy(this.added, (index) => keyOf(this.#news[index] as Json, this.#walk.after));
    const taken = new Set<number>();
    this.deleted = this.deleted.filter((old) => {
      const key = keyOf(this.#olds[old] as Json, this.#walk.before);
      const rivals = key === undefined ? undefined : free.get(key);
      const now = rivals?.find((index) => !taken.has(index));
      if (now === undefined) return true;
      taken.add(now);
      if (once) free.delete(key);
      if (differ) this.modified.push([old, now]);
      return false;
    });
    this.added = this.added.filter((index) => !taken.has(index));
  }

  unchanged(member: Json): Json | undefined {
    return this.#walk.dirt.same(member, member) ? member : undefined;
  }

  byName(): void {
    this.take((member) => (isReference(member) ? member.$ref : undefined), true);
    this.take((member) => (isReference(member) ? undefined : this.unchanged(member)), false);
  }

  byTitle(once: boolean): void {
    this.take((member) => (isReference(member) ? undefined : title(member)), true, once);
  }

  onlyOnes(): void {
    const old = onlyInline(this.deleted, this.#olds);
    const now = onlyInline(this.added, this.#news);
    if (old === undefined || now === undefined) return;
    this.modified.push([old, now]);
    this.#leave(old, now);
  }

  across(walk: SchemaWalk): void {
    for (const old of this.deleted) {
      const member = this.#olds[old] as Json;
      const now = this.added.find((index) => {
        const other = this.#news[index] as Json;
        return isReference(member) !== isReference(other) && walk.equivalent(member, other);
      });
      if (now !== undefined) this.#leave(old, now);
    }
  }

  #leave(old: number, now: number): void {
    this.deleted = this.deleted.filter((index) => index !== old);
    this.added = this.added.filter((index) => index !== now);
  }
}

const onlyInline = (indexes: number[], members: Json[]): number | undefined => {
  const [index, ...more] = indexes.filter((each) => !isReference(members[each]));
  return index !== undefined && more.length === 0 && title(members[index]) === undefined ? index : undefined;
};

/** Matches the members of two lists in which the place counts. */
export const matchByPlace = (olds: Json[], news: Json[]): MemberMatch => {
  const both = Math.min(olds.length, news.length);
  const rest = (items: Json[]): number[] => [...items.keys()].slice(both);
  return {
    modified: [...olds.keys()].slice(0, both).map((index) => [index, index]),
    deleted: rest(olds),
    added: rest(news),
  };
};

const title = (member: Json | undefined): string | undefined => {
  const text = isObject(member) ? asString(member['title']) : undefined;
  return text === '' ? undefined : text;
};

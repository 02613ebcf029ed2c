import type { Both } from '../../both.js';
import { asString, isObject, isReference, type Json } from '../../json.js';
import type { Side } from '../side.js';
import type { SchemaWalk } from './walk.js';

export interface MemberMatch {
  readonly modified: readonly (readonly [before: number, after: number])[];
  readonly deleted: readonly number[];
  readonly added: readonly number[];
}

/**
 * Matches the members of two sets of schemas: references by name; inline ones by content, then by title;
 * then those with the same content under whatever name; then the only inline one left on each side. What
 * remains was added or removed.
 */
export const matchMembers = (walk: Matching, before: Json[], after: Json[]): MemberMatch => {
  const match = new Matcher(walk, { before, after });
  match.byName();
  match.byTitle();
  match.take((member, side) => match.unchanged(side.nodeOf(member)), false);
  match.onlyOnes();
  return match;
};

type Matching = Pick<SchemaWalk, 'before' | 'after' | 'changed'>;

/** Takes members away from those that are left on both sides, in one way after another. */
export class Matcher implements MemberMatch {
  readonly modified: (readonly [number, number])[] = [];
  deleted: readonly number[];
  added: readonly number[];
  readonly #walk: Matching;
  readonly #members: Both<Json[]>;

  constructor(walk: Matching, members: Both<Json[]>) {
    this.#walk = walk;
    this.#members = members;
    this.deleted = [...members.before.keys()];
    this.added = [...members.after.keys()];
  }

  /** Pairs the members with equal keys in their order, or only the first of each key; those without a key are left. */
  take(keyOf: (member: Json, side: Side) => unknown, differ: boolean, firstOnly = false): void {
    const { before, after } = this.#members;
    const free = Map.groupBy(this.added, (index) => keyOf(after[index] as Json, this.#walk.after));
    const taken = new Set<number>();
    this.deleted = this.deleted.filter((from) => {
      const key = keyOf(before[from] as Json, this.#walk.before);
      const rivals = key === undefined ? undefined : free.get(key);
      const to = rivals?.find((index) => !taken.has(index));
      if (to === undefined) return true;
      taken.add(to);
      if (firstOnly) free.delete(key);
      if (differ) this.modified.push([from, to]);
      return false;
    });
    this.added = this.added.filter((index) => !taken.has(index));
  }

  /** The member, if nothing that it leads to has changed. */
  unchanged(member: Json): Json | undefined {
    return this.#walk.changed.isUnchanged(member, member) ? member : undefined;
  }

  byName(): void {
    this.take((member) => (isReference(member) ? member.$ref : undefined), true);
    this.take((member) => (isReference(member) ? undefined : this.unchanged(member)), false);
  }

  byTitle(firstOnly = false): void {
    this.take((member) => (isReference(member) ? undefined : titleOf(member)), true, firstOnly);
  }

  /** The only inline member without a title on each side. */
  onlyOnes(): void {
    const from = onlyInline(this.deleted, this.#members.before);
    const to = onlyInline(this.added, this.#members.after);
    if (from === undefined || to === undefined) return;
    this.modified.push([from, to]);
    this.#drop(from, to);
  }

  /** The most alike first, as long as they have enough in common. */
  byLikeness(likeness: (before: Json, after: Json) => number): void {
    if (this.deleted.length * this.added.length > MAX_COMPARISONS) return;
    const scores = this.deleted.flatMap((from) =>
      this.added.map((to) => ({
        from,
        to,
        score: likeness(this.#members.before[from] as Json, this.#members.after[to] as Json),
      })),
    );
    for (const { from, to, score } of scores.sort((a, b) => b.score - a.score)) {
      if (score < LEAST_LIKENESS || !this.deleted.includes(from) || !this.added.includes(to)) continue;
      this.modified.push([from, to]);
      this.#drop(from, to);
    }
  }

  /** Members that one side refers to and the other writes out are the same where `isSame` says so. */
  acrossReferences(isSame: (before: Json, after: Json) => boolean): void {
    for (const from of this.deleted) {
      const member = this.#members.before[from] as Json;
      const to = this.added.find((index) => {
        const other = this.#members.after[index] as Json;
        return isReference(member) !== isReference(other) && isSame(member, other);
      });
      if (to !== undefined) this.#drop(from, to);
    }
  }

  #drop(from: number, to: number): void {
    this.deleted = this.deleted.filter((index) => index !== from);
    this.added = this.added.filter((index) => index !== to);
  }
}

/** Of 1, for members that have other names. */
const LEAST_LIKENESS = 0.4;
/** So many pairs of members are looked at for likeness; generated choices may have thousands. */
const MAX_COMPARISONS = 2_500;

const onlyInline = (indexes: readonly number[], members: readonly Json[]): number | undefined => {
  const [index, ...more] = indexes.filter((each) => !isReference(members[each]));
  return index !== undefined && more.length === 0 && titleOf(members[index]) === undefined ? index : undefined;
};

/** Matches the members of two lists in which the place counts. */
export const matchByPlace = (before: readonly Json[], after: readonly Json[]): MemberMatch => {
  const both = Math.min(before.length, after.length);
  const rest = (items: readonly Json[]): number[] => [...items.keys()].slice(both);
  return {
    modified: [...before.keys()].slice(0, both).map((index) => [index, index]),
    deleted: rest(before),
    added: rest(after),
  };
};

const titleOf = (member: Json | undefined): string | undefined =>
  (isObject(member) && asString(member['title'])) || undefined;

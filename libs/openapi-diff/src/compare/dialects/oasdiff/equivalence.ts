import type { Both } from '../../../both.js';
import { asArray, isObject, isReference, own, stableJson, type Json, type JsonObject } from '../../../json.js';
import { fieldOf } from '../../../normalize/kinds.js';
import type { SchemaWalk } from '../../schema/walk.js';

/** Keywords that are words to oasdiff: a schema that differs in nothing else allows the same. */
const WORDS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'example',
  'examples',
  'externalDocs',
  '$comment',
]);

/** References may lead on for thousands of schemas; what is deeper counts as different. */
const MAX_DEPTH = 1000;

/** Whether a schema is nothing but words, apart from one keyword. */
export const isWordsBut = (schema: JsonObject, keyword?: string): boolean =>
  Object.keys(schema).every((key) => key === keyword || WORDS.has(key));

/**
 * Whether an old and a new schema allow the same as oasdiff sees it: their words apart, and with
 * references followed. Schemas that lead back to themselves are the same when nothing else differs.
 */
export class Equivalence {
  readonly #walk: Omit<SchemaWalk, 'child'>;
  readonly #different = new PairSet();
  #open = new PairSet();

  constructor(walk: Omit<SchemaWalk, 'child'>) {
    this.#walk = walk;
  }

  holds(before: Json | undefined, after: Json | undefined): boolean {
    this.#open = new PairSet();
    return this.#isSame({ before, after }, 0);
  }

  #isSame({ before, after }: Both<Json | undefined>, depth: number): boolean {
    const { changed } = this.#walk;
    if (changed.isUnchanged(before, after)) return true;
    if (!isObject(before) || !isObject(after)) return stableJson(before) === stableJson(after);
    const nodes = { before: this.#walk.before.nodeOf(before), after: this.#walk.after.nodeOf(after) };
    if (changed.isUnchanged(nodes.before, nodes.after) || this.#open.has(nodes)) return true;
    if (depth > MAX_DEPTH || this.#different.has(nodes)) return false;
    this.#open.add(nodes);
    const keys = new Set([...Object.keys(nodes.before), ...Object.keys(nodes.after)]);
    const isSame = [...keys].every((key) => {
      const values = { before: own(nodes.before, key), after: own(nodes.after, key) };
      return WORDS.has(key) || this.#isSameKeyword(key, values, depth + 1);
    });
    if (!isSame) this.#different.add(nodes);
    return isSame;
  }

  #isSameKeyword(keyword: string, { before, after }: Both<Json | undefined>, depth: number): boolean {
    if (this.#walk.changed.isUnchanged(before, after)) return true;
    const { as, kind } = fieldOf('schema', keyword);
    if (kind !== 'schema') return stableJson(before) === stableJson(after);
    if (as === 'one') return this.#isSame({ before, after }, depth);
    if (as !== 'map') return this.#isSameMembers(keyword, { before: asArray(before), after: asArray(after) }, depth);
    if (!isObject(before) || !isObject(after)) return false;
    const names = Object.keys(before);
    return (
      names.length === Object.keys(after).length &&
      names.every(
        (name) =>
          Object.hasOwn(after, name) && this.#isSame({ before: own(before, name), after: own(after, name) }, depth),
      )
    );
  }

  #isSameMembers(keyword: string, members: Both<readonly Json[]>, depth: number): boolean {
    if (members.before.length !== members.after.length) return false;
    const free = [...members.after];
    return members.before.every((before) => {
      const index = free.findIndex(
        (after) => mayMatch(keyword, before, after) && this.#isSame({ before, after }, depth),
      );
      if (index !== -1) free.splice(index, 1);
      return index !== -1;
    });
  }
}

/** Members under two names are two members. */
const mayMatch = (keyword: string, before: Json, after: Json): boolean => {
  if (isReference(before) && isReference(after)) return before.$ref === after.$ref;
  return keyword !== 'allOf' || (!isReference(before) && !isReference(after));
};

class PairSet {
  readonly pairs = new Map<JsonObject, Set<JsonObject>>();

  has({ before, after }: Both<JsonObject>): boolean {
    return this.pairs.get(before)?.has(after) === true;
  }

  add({ before, after }: Both<JsonObject>): void {
    const row = this.pairs.get(before);
    if (row === undefined) this.pairs.set(before, new Set([after]));
    else row.add(after);
  }
}

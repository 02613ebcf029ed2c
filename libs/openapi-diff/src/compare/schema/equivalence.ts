import { asArray, isObject, own, stableJson, type Json, type JsonObject } from '../../json.js';
import { isReference } from '../../normalize/interner.js';
import { fieldOf } from '../../normalize/kinds.js';
import type { Dirt, Side } from '../side.js';

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
  readonly #different = new Map<JsonObject, Set<JsonObject>>();
  #open = new Map<JsonObject, Set<JsonObject>>();

  readonly #before: Side;
  readonly #after: Side;
  readonly #dirt: Dirt;

  constructor(before: Side, after: Side, dirt: Dirt) {
    this.#before = before;
    this.#after = after;
    this.#dirt = dirt;
  }

  holds(before: Json | undefined, after: Json | undefined): boolean {
    this.#open = new Map();
    return this.#same(before, after, 0);
  }

  #same(before: Json | undefined, after: Json | undefined, depth: number): boolean {
    if (this.#dirt.same(before, after)) return true;
    if (!isObject(before) || !isObject(after)) return stableJson(before) === stableJson(after);
    const old = this.#before.resolve(before).node;
    const now = this.#after.resolve(after).node;
    if (this.#dirt.same(old, now) || has(this.#open, old, now)) return true;
    if (depth > MAX_DEPTH || has(this.#different, old, now)) return false;
    add(this.#open, old, now);
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    const found = [...keys].every(
      (key) => WORDS.has(key) || this.#sameKeyword(key, own(old, key), own(now, key), depth + 1),
    );
    if (!found) add(this.#different, old, now);
    return found;
  }

  #sameKeyword(keyword: string, old: Json | undefined, now: Json | undefined, depth: number): boolean {
    if (this.#dirt.same(old, now)) return true;
    const { as, kind } = fieldOf('schema', keyword);
    if (kind !== 'schema') return stableJson(old) === stableJson(now);
    if (as === 'one') return this.#same(old, now, depth);
    if (as !== 'map') return this.#sameMembers(keyword, asArray(old), asArray(now), depth);
    if (!isObject(old) || !isObject(now)) return false;
    const names = Object.keys(old);
    return (
      names.length === Object.keys(now).length &&
      names.every((name) => Object.hasOwn(now, name) && this.#same(own(old, name), own(now, name), depth))
    );
  }

  #sameMembers(keyword: string, olds: Json[], news: Json[], depth: number): boolean {
    if (olds.length !== news.length) return false;
    const free = [...news];
    return olds.every((old) => {
      const index = free.findIndex((now) => mayMatch(keyword, old, now) && this.#same(old, now, depth));
      if (index !== -1) free.splice(index, 1);
      return index !== -1;
    });
  }
}

/** Members under two names are two members. */
const mayMatch = (keyword: string, old: Json, now: Json): boolean => {
  if (isReference(old) && isReference(now)) return old.$ref === now.$ref;
  return keyword !== 'allOf' || (!isReference(old) && !isReference(now));
};

const has = (pairs: Map<JsonObject, Set<JsonObject>>, old: JsonObject, now: JsonObject): boolean =>
  pairs.get(old)?.has(now) === true;

const add = (pairs: Map<JsonObject, Set<JsonObject>>, old: JsonObject, now: JsonObject): void => {
  const row = pairs.get(old);
  if (row === undefined) pairs.set(old, new Set([now]));
  else row.add(now);
};

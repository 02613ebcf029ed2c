import { stableJson, type Json, type JsonObject } from '../json.js';

// Looked up once: in a sandbox (a test runner's) every global costs a search.
export const { imul } = Math;

/** Where the hashes of objects and of arrays start. */
export const OBJECT_SEED = 0x0b7ec7;
export const ARRAY_SEED = 0x11a7e5;

/** A value with a hash of its content: equal content, equal hash, whatever the order of keys. */
export interface Hashed {
  readonly value: Json;
  readonly hash: number;
}

/**
 * Keeps one object per content, so that `===` on its objects means deeply equal (as written: a `$ref`
 * equals the same `$ref`). Hashes go bottom-up; a hit is confirmed by comparing children by identity,
 * so the answer is exact. Documents compared with each other share one interner.
 */
export class Interner {
  readonly #known = new Map<number, object | object[]>();
  readonly #strings = new Map<string, number>();

  scalar(value: null | boolean | number | string): number {
    if (typeof value === 'string') return this.string(value);
    if (value === null) return 0x2f1b3d;
    if (typeof value === 'boolean') return value ? 0x51ed27 : 0x1b8735;
    return hashText(`#${value}`);
  }

  string(text: string): number {
    if (text.length > 64) return hashText(text);
    let hash = this.#strings.get(text);
    if (hash === undefined) this.#strings.set(text, (hash = hashText(text)));
    return hash;
  }

  /** The one object with this content; `candidate` itself when it is new. */
  object(candidate: JsonObject, hash: number): JsonObject {
    return intern(this.#known, candidate, hash, sameMembers as (a: object, b: object) => boolean) as JsonObject;
  }

  array(candidate: Json[], hash: number): Json[] {
    return intern(this.#known, candidate, hash, sameElements as (a: object, b: object) => boolean) as Json[];
  }
}

const intern = (
  kept: Map<number, object | object[]>,
  candidate: object,
  hash: number,
  same: (a: object, b: object) => boolean,
): object => {
  const known = kept.get(hash);
  if (known === undefined) {
    kept.set(hash, Array.isArray(candidate) ? [candidate] : candidate);
    return candidate;
  }
  const bucket = Array.isArray(known) ? (known as object[]) : [known];
  for (const object of bucket) {
    if (object === candidate) return object;
    if (Array.isArray(object) === Array.isArray(candidate) && same(object, candidate)) return object;
  }
  kept.set(hash, [...bucket, candidate]);
  return candidate;
};

const sameMembers = (a: JsonObject, b: JsonObject): boolean => {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!Object.hasOwn(b, key) || a[key] !== b[key]) return false;
  return true;
};

const sameElements = (a: Json[], b: Json[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

export const hashText = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
};

/** Spreads a hash, so that sums of mixed hashes do not collide by chance patterns. */
export const mix = (value: number): number => {
  let hash = value;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
};

/** Sorts a set by content, so that its written order does not matter; equal members count once. */
export const sortSet = (members: Hashed[]): Hashed[] => {
  if (members.length < 2) return members;
  const sorted = members.every(({ value }) => typeof value === 'string')
    ? members.sort((a, b) => ((a.value as string) < (b.value as string) ? -1 : a.value === b.value ? 0 : 1))
    : members.sort((a, b) => a.hash - b.hash || compareText(stableJson(a.value), stableJson(b.value)));
  return sorted.filter((member, index) => index === 0 || member.value !== sorted[index - 1]?.value);
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

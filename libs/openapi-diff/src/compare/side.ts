import { asObject, isObject, own, pointerSegments, type Json, type JsonObject } from '../json.js';
import { isReference } from '../normalize/interner.js';
import type { CanonicalApi } from '../normalize/normalize.js';

/** A value after its references were followed; `ref` is the last one, undefined when it was inline. */
export interface Resolved {
  readonly node: JsonObject;
  readonly ref?: string;
}

const EMPTY: JsonObject = {};
const MAX_HOPS = 32;

/** One of the two APIs, with its references. */
export class Side {
  readonly #merged = new Map<JsonObject, Resolved>();

  /** `source` is the description as it was written, where it is at hand. */
  constructor(
    readonly api: CanonicalApi,
    readonly source?: JsonObject,
  ) {}

  /** Follows references. What cannot be found, here or at all, is an empty object that keeps its name. */
  resolve(value: Json | undefined): Resolved {
    if (!isReference(value)) return { node: isObject(value) ? value : EMPTY };
    const known = this.#merged.get(value);
    if (known !== undefined) return known;
    const resolved = this.#follow(value);
    this.#merged.set(value, resolved);
    return resolved;
  }

  #follow(reference: JsonObject & { $ref: string }): Resolved {
    let current: JsonObject = reference;
    let ref = reference.$ref;
    let siblings: JsonObject | undefined;
    for (let hop = 0; hop < MAX_HOPS && isReference(current); hop++) {
      ref = current.$ref;
      if (Object.keys(current).length > 1) {
        const { $ref: _ref, ...beside } = current;
        siblings = { ...beside, ...siblings };
      }
      const target = this.#target(ref);
      if (target === undefined) return { node: { $ref: ref }, ref };
      current = target;
    }
    if (isReference(current)) return { node: { $ref: ref }, ref };
    return { node: siblings === undefined ? current : { ...current, ...siblings }, ref };
  }

  #target(ref: string): JsonObject | undefined {
    if (!ref.startsWith('#/components/')) return ref === '#' ? (this.api as JsonObject) : undefined;
    const [, section, name] = pointerSegments(ref);
    if (section === undefined || name === undefined) return undefined;
    const found = own(asObject(own(this.api.components, section)), name);
    return isObject(found) ? found : undefined;
  }
}

/**
 * Which components differ, or reach one that does. Two equal subtrees are the same exactly when they
 * reach none of them, so they need not be walked.
 */
export class Dirt {
  readonly #refs = new Set<string>();
  readonly #reach = new Map<object, boolean>();

  constructor(before: CanonicalApi, after: CanonicalApi) {
    const users = new Map<string, Set<string>>();
    const queue: string[] = [];
    const scan = new RefScan();
    for (const section of new Set([...Object.keys(before.components), ...Object.keys(after.components)])) {
      const olds = asObject(own(before.components, section));
      const news = asObject(own(after.components, section));
      for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
        const ref = refTo(section, name);
        const old = own(olds, name);
        const current = own(news, name);
        if (old !== current) queue.push(ref);
        for (const used of scan.refsIn(old)) add(users, used, ref);
        if (current !== old) for (const used of scan.refsIn(current)) add(users, used, ref);
      }
    }
    for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
      if (this.#refs.has(ref)) continue;
      this.#refs.add(ref);
      for (const user of users.get(ref) ?? []) queue.push(user);
    }
  }

  /** Whether two values are equal in content, with everything they refer to. */
  same(before: Json | undefined, after: Json | undefined): boolean {
    return before === after && !this.#reaches(before);
  }

  #reaches(value: Json | undefined): boolean {
    if (this.#refs.size === 0 || typeof value !== 'object' || value === null) return false;
    const known = this.#reach.get(value);
    if (known !== undefined) return known;
    let found = isReference(value) && this.#refs.has(value.$ref);
    if (!found) for (const child of Object.values(value)) if (this.#reaches(child)) found = true;
    this.#reach.set(value, found);
    return found;
  }
}

/** Every reference that an API makes. */
export const refsOf = (api: CanonicalApi): ReadonlySet<string> => {
  const refs = new Set<string>();
  const seen = new Set<object>();
  const visit = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (isReference(value)) refs.add(value.$ref);
    if (Array.isArray(value)) for (const item of value) visit(item);
    else for (const key in value) visit(value[key]);
  };
  for (const part of [api.paths, api.webhooks, api.components]) visit(part);
  return refs;
};

/** The references in a value; each distinct part is walked once. */
class RefScan {
  readonly #seen = new Map<object, ReadonlySet<string>>();

  refsIn(value: Json | undefined): ReadonlySet<string> {
    if (typeof value !== 'object' || value === null) return NONE;
    const known = this.#seen.get(value);
    if (known !== undefined) return known;
    let found: Set<string> | undefined;
    if (isReference(value)) (found ??= new Set()).add(value.$ref);
    for (const child of Object.values(value)) {
      for (const ref of this.refsIn(child)) (found ??= new Set()).add(ref);
    }
    const refs = found ?? NONE;
    this.#seen.set(value, refs);
    return refs;
  }
}

const NONE: ReadonlySet<string> = new Set();

export const refTo = (section: string, name: string): string =>
  `#/components/${section}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const add = (table: Map<string, Set<string>>, key: string, value: string): void => {
  const set = table.get(key);
  if (set === undefined) table.set(key, new Set([value]));
  else set.add(value);
};

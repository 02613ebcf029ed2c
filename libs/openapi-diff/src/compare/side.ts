import { asArray, asObject, isObject, isReference, own, type Json, type JsonObject } from '../json.js';
import type { CanonicalApi } from '../normalize/normalize.js';
import { pointerSegments } from '../pointers.js';
import { isAnnotationOnly } from './schema/annotations.js';

/** A value after its references were followed; `ref` is the last one, undefined when it was inline. */
export interface Resolved {
  readonly node: JsonObject;
  readonly ref?: string;
}

const EMPTY: JsonObject = {};
const MAX_HOPS = 32;

/** One of the two APIs, with its references. */
export class Side {
  readonly #resolved = new Map<JsonObject, Resolved>();

  /**
   * `source` is the description as it was written, where it is at hand. Keywords beside a reference replace those of its
   * target, or (`conjoins`) are demanded in addition.
   */
  constructor(
    readonly api: CanonicalApi,
    readonly source?: JsonObject,
    readonly conjoins = false,
  ) {}

  /** Follows references. What cannot be found, here or at all, is an empty object that keeps its name. */
  resolve(value: Json | undefined): Resolved {
    if (!isReference(value)) return { node: isObject(value) ? value : EMPTY };
    let resolved = this.#resolved.get(value);
    if (resolved === undefined) this.#resolved.set(value, (resolved = this.#follow(value)));
    return resolved;
  }

  /** The same without the reference. */
  nodeOf(value: Json | undefined): JsonObject {
    return this.resolve(value).node;
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
    if (this.conjoins && siblings && !isAnnotationOnly(siblings)) {
      const { allOf, ...beside } = siblings;
      return { node: { ...beside, allOf: [...asArray(allOf), { $ref: ref }] } };
    }
    return { node: siblings ? { ...current, ...siblings } : current, ref };
  }

  #target(ref: string): JsonObject | undefined {
    if (!ref.startsWith('#/components/')) return ref === '#' ? (this.api as JsonObject) : undefined;
    const [, section, name] = pointerSegments(ref);
    if (section === undefined || name === undefined) return undefined;
    const found = own(asObject(own(this.api.components, section)), name);
    return isObject(found) ? found : undefined;
  }
}

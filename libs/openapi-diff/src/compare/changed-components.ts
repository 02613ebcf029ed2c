import type { Both } from '../both.js';
import { asObject, isObject, isReference, own, type Json } from '../json.js';
import type { CanonicalApi } from '../normalize/normalize.js';
import { nameOfRef, refTo } from '../pointers.js';
import { discriminatedHeirs, mappedRefs } from './subtypes.js';

/**
 * The components that differ, or that lead to one that does. Two equal subtrees are the same exactly when they lead to
 * none of them, so they need not be walked.
 */
export class ChangedComponents {
  readonly #refs = new Set<string>();
  readonly #reaching = new Map<object, boolean>();

  constructor({ before, after }: Both<CanonicalApi>) {
    const users = new Map<string, Set<string>>();
    const queue: string[] = [];
    const scan = new RefScan();
    for (const section of new Set([...Object.keys(before.components), ...Object.keys(after.components)])) {
      const sectionBefore = asObject(own(before.components, section));
      const sectionAfter = asObject(own(after.components, section));
      for (const name of new Set([...Object.keys(sectionBefore), ...Object.keys(sectionAfter)])) {
        const ref = refTo(section, name);
        const component = { before: own(sectionBefore, name), after: own(sectionAfter, name) };
        for (const used of scan.refsIn(component.before)) add(users, used, ref);
        if (component.before === component.after) continue;
        queue.push(ref);
        for (const used of scan.refsIn(component.after)) add(users, used, ref);
      }
    }
    // A base with a discriminator leads to all that inherit from it.
    const bases = new Set<string>();
    for (const { components } of [before, after])
      for (const [heir, refs] of discriminatedHeirs(asObject(components['schemas'])))
        for (const base of refs) {
          bases.add(base);
          add(users, heir, base);
        }
    for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
      if (this.#refs.has(ref)) continue;
      this.#refs.add(ref);
      for (const user of users.get(ref) ?? []) queue.push(user);
    }
    for (const ref of bases)
      for (const { components } of [before, after]) {
        const node = own(asObject(components['schemas']), nameOfRef(ref));
        if (this.#refs.has(ref) && isObject(node)) this.#reaching.set(node, true);
      }
  }

  /** Whether two values are equal in content, with everything they refer to. */
  isUnchanged(before: Json | undefined, after: Json | undefined): boolean {
    return before === after && !this.#reaches(before);
  }

  #isMapped(value: object): boolean {
    return (
      isObject(value) && value['discriminator'] !== undefined && mappedRefs(value).some((ref) => this.#refs.has(ref))
    );
  }

  #reaches(value: Json | undefined): boolean {
    if (this.#refs.size === 0 || typeof value !== 'object' || value === null) return false;
    const known = this.#reaching.get(value);
    if (known !== undefined) return known;
    let found = (isReference(value) && this.#refs.has(value.$ref)) || this.#isMapped(value);
    if (!found) for (const child of Object.values(value)) if (this.#reaches(child)) found = true;
    this.#reaching.set(value, found);
    return found;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** The references in a value; each distinct part is walked once. */
class RefScan {
  readonly known = new Map<object, ReadonlySet<string>>();

  refsIn(value: Json | undefined): ReadonlySet<string> {
    if (typeof value !== 'object' || value === null) return NONE;
    const known = this.known.get(value);
    if (known !== undefined) return known;
    let found: Set<string> | undefined;
    if (isReference(value)) (found ??= new Set()).add(value.$ref);
    if (isObject(value) && value['discriminator'] !== undefined)
      for (const ref of mappedRefs(value)) (found ??= new Set()).add(ref);
    for (const child of Object.values(value)) {
      for (const ref of this.refsIn(child)) (found ??= new Set()).add(ref);
    }
    const refs = found ?? NONE;
    this.known.set(value, refs);
    return refs;
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
    else if (isObject(value) && value['discriminator'] !== undefined)
      for (const ref of mappedRefs(value)) refs.add(ref);
    if (Array.isArray(value)) for (const item of value) visit(item);
    else for (const key in value) visit(value[key]);
  };
  for (const part of [api.paths, api.webhooks, api.components]) visit(part);
  return refs;
};

const add = (table: Map<string, Set<string>>, key: string, value: string): void => {
  const set = table.get(key);
  if (set === undefined) table.set(key, new Set([value]));
  else set.add(value);
};

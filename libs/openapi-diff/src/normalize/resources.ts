import { asString, isObject, isReference, type Json, type JsonObject } from '../json.js';
import { escapePointer, pointerSegments, valueAt } from '../pointers.js';

/** The names that schemas give themselves (`$id`, `$anchor`, `$dynamicAnchor`), and where references stand. */
export class Resources {
  readonly #document: JsonObject;
  /** Pointers by URI, as it resolves against the nearest `$id`. */
  readonly #places = new Map<string, string>();
  /** For references inside of a schema with an `$id`: its URI. */
  readonly #bases = new Map<JsonObject, string>();

  constructor(document: JsonObject) {
    this.#document = document;
    this.#visit(document, '', '');
  }

  /** The pointer that a reference leads to, with its `#`; undefined where nothing has that name. */
  find(reference: JsonObject & { $ref: string }): string | undefined {
    const uri = resolve(reference.$ref, this.#bases.get(reference) ?? '');
    const exact = this.#places.get(uri);
    if (exact !== undefined) return `#${exact}`;
    const [resource = '', fragment] = uri.split('#', 2);
    const base = this.#places.get(resource);
    if (base === undefined || (fragment !== undefined && !fragment.startsWith('/'))) return undefined;
    const steps = fragment === undefined ? [] : pointerSegments(`#${fragment}`);
    const pointer = `#${base}${steps.map((step) => `/${escapePointer(step)}`).join('')}`;
    return valueAt(this.#document, pointer) === undefined ? undefined : pointer;
  }

  #visit(value: Json, pointer: string, base: string): void {
    if (Array.isArray(value)) value.forEach((item, index) => this.#visit(item, `${pointer}/${index}`, base));
    if (!isObject(value)) return;
    const id = asString(value['$id']);
    const here = id === undefined ? base : resolve(id, base).replace(/#$/, '');
    if (id !== undefined) this.#places.set(here, pointer);
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const anchor = asString(value[keyword]);
      if (anchor !== undefined) this.#places.set(`${here}#${anchor}`, pointer);
    }
    if (isReference(value) && here !== '') this.#bases.set(value, here);
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) this.#visit(item, `${pointer}/${escapePointer(key)}`, here);
  }
}

/** A URI reference against a base; what is no URI stays as it is. */
const resolve = (reference: string, base: string): string => {
  if (base === '') return reference;
  if (reference.startsWith('#')) return `${base}${reference}`;
  return URL.parse(reference, base)?.href ?? reference;
};

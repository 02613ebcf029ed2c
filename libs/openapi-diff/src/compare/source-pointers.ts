import { isReference, asArray, isObject, own, stableJson, type Json, type JsonObject } from '../json.js';
import { escapePointer, joinPointer, pointerSegments, valueAt } from '../pointers.js';

import { METHODS } from '../normalize/kinds.js';
import { canonicalSchema, type CanonicalApi, type Form } from '../normalize/normalize.js';
import type { ParsedDocument } from '../parse/parse.js';
import { parameterKey, type SourcePlace } from './source-place.js';
import { swaggerStart } from './swagger-pointers.js';

const CHOICES = new Set(['allOf', 'anyOf', 'oneOf']);

/**
 * Translates pointers into the canonical form of a document to pointers into the document as it was
 * written: sets are sorted there, path-level parameters were moved, and 2.0 was rebuilt.
 */
export class SourcePointers {
  readonly #known = new Map<string, string>();
  /** The index of each part of the lists that were searched, by what identifies it. */
  readonly #indexes = new Map<string, ReadonlyMap<string, number>>();

  readonly #parsed: ParsedDocument;
  readonly #api: CanonicalApi;
  readonly #form: Form;

  constructor(parsed: ParsedDocument, api: CanonicalApi, form: Form = {}) {
    this.#parsed = parsed;
    this.#api = api;
    this.#form = form;
  }

  /** The pointer in the source; as far as it goes when the source says it in another way. */
  translate(pointer: string): string {
    let at = this.#known.get(pointer);
    if (at === undefined) this.#known.set(pointer, (at = this.#walk(pointerSegments(pointer))));
    return at;
  }

  #walk(segments: string[]): string {
    const start = this.#start(segments);
    if (start.final === true) return start.at;
    let at = start.at;
    for (let used = start.used; used < segments.length;) {
      at = this.#follow(at);
      const next = this.#step(at, segments, used);
      if (next === undefined) return at;
      ({ at, used } = next);
    }
    return at;
  }

  #start(segments: string[]): SourcePlace {
    const [first, , third] = segments;
    if (first === 'webhooks' && this.#parsed.document['webhooks'] === undefined) return { at: '/x-webhooks', used: 1 };
    // A hoisted part is named by the pointer that it came from.
    if (first === 'components' && third?.includes('/') === true && this.#at(`/${third}`) !== undefined)
      return { at: `/${third}`, used: 3 };
    if (this.#parsed.version === '2.0') return swaggerStart(this.#parsed.document, this.#api, segments);
    return { at: '', used: 0 };
  }

  /** A reference in the way is followed, as the canonical pointer goes through it. */
  #follow(pointer: string): string {
    let at = pointer;
    for (let hop = 0; hop < 16; hop++) {
      const raw = this.#at(at);
      if (!isReference(raw) || !raw.$ref.startsWith('#') || this.#at(raw.$ref) === undefined) return at;
      at = joinPointer(pointerSegments(raw.$ref));
    }
    return at;
  }

  #step(at: string, segments: string[], used: number): SourcePlace | undefined {
    const raw = this.#at(at);
    const segment = segments[used] as string;
    if (Array.isArray(raw)) {
      const choice = CHOICES.has(segments[used - 1] ?? '');
      const index = choice ? this.#memberIndex(at, raw, segments.slice(0, used + 1)) : Number(segment);
      return raw[index] === undefined ? undefined : { at: `${at}/${index}`, used: used + 1 };
    }
    if (!isObject(raw)) return undefined;
    if (segment === 'parameters' && used + 1 < segments.length && METHODS.has(segments[used - 1] ?? ''))
      return this.#parameter(at, segments, used);
    const key = segment === 'examples' && own(raw, segment) === undefined ? 'example' : segment;
    return own(raw, key) === undefined ? undefined : { at: `${at}/${escapePointer(key)}`, used: used + 1 };
  }

  /** An operation's parameter by place and name: in the operation, else in its path. */
  #parameter(at: string, segments: string[], used: number): SourcePlace | undefined {
    const canonical = valueAt(this.#api as JsonObject, joinPointer(segments.slice(0, used + 2)));
    const wanted = parameterKey(this.#api as JsonObject, canonical);
    for (const owner of [at, at.slice(0, at.lastIndexOf('/'))]) {
      const list = `${owner}/parameters`;
      const index = this.#indexOf(list, wanted, asArray(this.#at(list)), (each) =>
        parameterKey(this.#parsed.document, each),
      );
      if (index !== undefined) return { at: `${list}/${index}`, used: used + 2 };
    }
    return undefined;
  }

  /** Which member of a written oneOf (and such) is the given one of the sorted set. */
  #memberIndex(at: string, raw: Json[], segments: string[]): number {
    const wanted = stableJson(valueAt(this.#api as JsonObject, joinPointer(segments)));
    const found = this.#indexOf(at, wanted, raw, (member) =>
      stableJson(canonicalSchema(this.#parsed, member, this.#form)),
    );
    return found ?? Number(segments.at(-1));
  }

  #indexOf(list: string, wanted: string, parts: Json[], keyOf: (part: Json) => string): number | undefined {
    let known = this.#indexes.get(list);
    if (known === undefined) {
      // Of equal ones the first counts.
      known = new Map([...parts.entries()].reverse().map(([index, part]) => [keyOf(part), index]));
      this.#indexes.set(list, known);
    }
    return known.get(wanted);
  }

  #at(pointer: string): Json | undefined {
    return valueAt(this.#parsed.document, pointer);
  }
}

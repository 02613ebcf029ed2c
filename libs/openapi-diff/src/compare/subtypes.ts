import { asArray, asObject, isObject, isReference, own, type Json, type JsonObject } from '../json.js';
import { lastOfRef, nameOfRef, refTo } from '../pointers.js';
import type { Side } from './side.js';

/** The references that a schema's discriminator names by a mapping. */
export const mappedRefs = (schema: JsonObject): string[] => {
  const discriminator = schema['discriminator'];
  if (!isObject(discriminator) || !isObject(discriminator['mapping'])) return [];
  return Object.values(discriminator['mapping']).filter((ref) => typeof ref === 'string');
};

/** The components that a schema inherits from by `allOf`, as references. */
export const parentsOf = (schema: Json | undefined): string[] =>
  asArray(asObject(schema)['allOf']).flatMap((member) => (isReference(member) ? [member.$ref] : parentsOf(member)));

/** The schemas of a side by what they inherit from. */
export class Subtypes {
  readonly #side: Side;
  #children: ReadonlyMap<JsonObject, readonly string[]> | undefined;

  constructor(side: Side) {
    this.#side = side;
  }

  /**
   * The schemas that a value with a discriminator may follow, by the value: those of the mapping, and by their names those
   * of the choice or, without one, all that inherit from `node`. Empty without a discriminator.
   */
  byValue(schema: JsonObject, node: JsonObject): ReadonlyMap<string, string> {
    const discriminator = schema['discriminator'];
    if (!isObject(discriminator)) return new Map();
    const found = new Map<string, string>();
    for (const [value, ref] of Object.entries(asObject(discriminator['mapping'])))
      if (typeof ref === 'string') found.set(value, ref);
    const mapped = new Set(found.values());
    const choice = [...asArray(schema['oneOf']), ...asArray(schema['anyOf'])];
    const implied = choice.length > 0 ? choice.filter(isReference).map(({ $ref }) => $ref) : this.#heirsOf(node);
    for (const ref of implied) if (!mapped.has(ref)) found.set(nameOfRef(ref), ref);
    return found;
  }

  #heirsOf(node: JsonObject): readonly string[] {
    const children = (this.#children ??= this.#readChildren());
    const found = new Set<string>();
    const queue = [...(children.get(node) ?? [])];
    for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
      if (found.has(ref)) continue;
      found.add(ref);
      queue.push(...(children.get(this.#side.nodeOf({ $ref: ref })) ?? []));
    }
    return [...found].sort((a, b) => (lastOfRef(a) < lastOfRef(b) ? -1 : 1));
  }

  #readChildren(): ReadonlyMap<JsonObject, readonly string[]> {
    const children = new Map<JsonObject, string[]>();
    for (const [name, schema] of Object.entries(asObject(this.#side.api.components['schemas'])))
      for (const parent of parentsOf(schema)) {
        const node = this.#side.nodeOf({ $ref: parent });
        children.set(node, [...(children.get(node) ?? []), refTo('schemas', name)]);
      }
    return children;
  }
}

/** The components that inherit, directly or not, from one with a discriminator; each with what it inherits from. */
export const discriminatedHeirs = (schemas: JsonObject): ReadonlyMap<string, readonly string[]> => {
  const parents = new Map(
    Object.entries(schemas)
      .map(([name, schema]) => [refTo('schemas', name), parentsOf(schema)] as const)
      .filter(([, refs]) => refs.length > 0),
  );
  const known = new Map<string, boolean>();
  const isDiscriminated = (ref: string): boolean => {
    const before = known.get(ref);
    if (before !== undefined) return before;
    known.set(ref, false);
    const schema = own(schemas, nameOfRef(ref));
    const found = asObject(schema)['discriminator'] !== undefined || (parents.get(ref) ?? []).some(isDiscriminated);
    known.set(ref, found);
    return found;
  };
  return new Map(
    [...parents]
      .map(([ref, refs]) => [ref, refs.filter(isDiscriminated)] as const)
      .filter(([, refs]) => refs.length > 0),
  );
};

import { asArray, asObject, type Json, type JsonObject } from '../json.js';

/** Arrays whose order says nothing in an OpenAPI description. */
const SETS = new Set(
  'required enum type tags parameters allOf oneOf anyOf security servers schemes consumes produces'.split(' '),
);

/** The same description with keys and unordered arrays in another order; the same seed, the same order. */
export const shuffled = (document: JsonObject, seed: number): JsonObject => {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000;
  };
  const order = <T>(items: T[]): T[] => {
    const out = [...items];
    for (let index = out.length - 1; index > 0; index--) {
      const other = Math.floor(random() * (index + 1));
      [out[index], out[other]] = [out[other] as T, out[index] as T];
    }
    return out;
  };
  const scopes = (requirement: Json): Json =>
    Object.fromEntries(Object.entries(asObject(requirement)).map(([name, list]) => [name, order(asArray(list))]));
  const visit = (node: Json, key: string, opaque: boolean): Json => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) {
      // The scopes of a security scheme have no order either.
      const items = node.map((item) => (key === 'security' && !opaque ? scopes(item) : visit(item, '', opaque)));
      return !opaque && SETS.has(key) ? order(items) : items;
    }
    return Object.fromEntries(
      order(Object.entries(node)).map(([name, value]) => [
        name,
        visit(value as Json, name, opaque || isOpaque(name, key)),
      ]),
    );
  };
  return visit(document, '', false) as JsonObject;
};

/** Examples, defaults and extensions are data: their arrays have an order. A property may have any name. */
const isOpaque = (name: string, parent: string): boolean => {
  if (parent === 'properties' || parent === 'schemas' || parent === 'definitions') return false;
  return name.startsWith('x-') || ['example', 'examples', 'default', 'const', 'value'].includes(name);
};

import { asObject, own } from '../json.js';
import type { Comparison } from './context.js';
import type { Parameter, ParameterPair } from './parameter-match.js';
import type { Side } from './side.js';

/** Pairs of parameters, and the parameters of both sides that need no other partner. */
export interface ExplodedMatch {
  readonly both: ParameterPair[];
  readonly seenBefore: Set<Parameter>;
  readonly seenAfter: Set<Parameter>;
}

/**
 * `?status=…` is written alike by a parameter `status` and by an exploded object with a property `status`:
 * oasdiff compares the one with the property of the other, first towards the object, then away from it.
 */
export const matchExploded = (comparison: Comparison, olds: Parameter[], news: Parameter[]): ExplodedMatch => {
  const seenBefore = new Set<Parameter>();
  const seenAfter = new Set<Parameter>();
  const { before, after } = comparison;
  const towards = matchSide(after, { simple: olds, exploded: news, seenSimple: seenBefore, seenExploded: seenAfter });
  const away = matchSide(before, { simple: news, exploded: olds, seenSimple: seenAfter, seenExploded: seenBefore });
  const both = [
    ...towards.map(({ simple, property }) => ({ old: simple, now: property })),
    ...away.map(({ simple, property }) => ({ old: property, now: simple })),
  ];
  return { both, seenBefore, seenAfter };
};

interface Candidates {
  readonly simple: Parameter[];
  readonly exploded: Parameter[];
  readonly seenSimple: Set<Parameter>;
  readonly seenExploded: Set<Parameter>;
}

/** `side` is the one of the exploded parameters. */
const matchSide = (
  side: Side,
  { simple, exploded, seenSimple, seenExploded }: Candidates,
): { simple: Parameter; property: Parameter }[] => {
  const found: { simple: Parameter; property: Parameter }[] = [];
  for (const object of exploded) {
    if (seenExploded.has(object) || !isExploded(side, object)) continue;
    const properties = asObject(side.resolve(object.node['schema']).node['properties']);
    for (const each of simple) {
      const schema = own(properties, each.name);
      if (seenSimple.has(each) || each.place !== object.place || schema === undefined) continue;
      seenSimple.add(each);
      seenExploded.add(object);
      found.push({ simple: each, property: { ...object, name: each.name, node: { ...object.node, schema } } });
    }
  }
  return found;
};

const isExploded = (side: Side, { node, place }: Parameter): boolean => {
  const inForm = (place === 'query' || place === 'cookie') && (node['style'] ?? 'form') === 'form';
  if (!inForm || node['explode'] !== true) return false;
  const { type, properties } = side.resolve(node['schema']).node;
  return type === 'object' && Object.keys(asObject(properties)).length > 0;
};

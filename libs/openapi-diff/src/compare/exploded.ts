import type { Both } from '../both.js';
import { asObject, own } from '../json.js';
import type { Parameter, Parameters } from './parameter.js';
import type { Side } from './side.js';

/** Pairs of parameters, and the parameters of both sides that need no other partner. */
export interface ExplodedMatch extends Both<ReadonlySet<Parameter>> {
  readonly both: readonly Both<Parameter>[];
}

/**
 * `?status=…` is written alike by a parameter `status` and by an exploded object with a property `status`: pairs the one
 * with the property of the other, first towards the object, then away from it.
 */
export const matchExploded = (sides: Both<Side>, { before, after }: Both<Parameters>): ExplodedMatch => {
  const taken = { before: new Set<Parameter>(), after: new Set<Parameter>() };
  const towards = matchSide(sides.after, {
    simple: before,
    exploded: after,
    takenSimple: taken.before,
    takenExploded: taken.after,
  });
  const away = matchSide(sides.before, {
    simple: after,
    exploded: before,
    takenSimple: taken.after,
    takenExploded: taken.before,
  });
  return {
    both: [
      ...towards.map(({ simple, property }) => ({ before: simple, after: property })),
      ...away.map(({ simple, property }) => ({ before: property, after: simple })),
    ],
    ...taken,
  };
};

interface Candidates {
  readonly simple: Parameters;
  readonly exploded: Parameters;
  readonly takenSimple: Set<Parameter>;
  readonly takenExploded: Set<Parameter>;
}

/** `side` is the one of the exploded parameters. */
const matchSide = (
  side: Side,
  { simple, exploded, takenSimple, takenExploded }: Candidates,
): { simple: Parameter; property: Parameter }[] => {
  const found: { simple: Parameter; property: Parameter }[] = [];
  for (const object of exploded.values()) {
    if (takenExploded.has(object) || !isExploded(side, object)) continue;
    const properties = asObject(side.nodeOf(object.node['schema'])['properties']);
    for (const each of simple.values()) {
      const schema = own(properties, each.name);
      if (takenSimple.has(each) || each.place !== object.place || schema === undefined) continue;
      takenSimple.add(each);
      takenExploded.add(object);
      found.push({ simple: each, property: { ...object, name: each.name, node: { ...object.node, schema } } });
    }
  }
  return found;
};

const isExploded = (side: Side, { node, place }: Parameter): boolean => {
  const inForm = (place === 'query' || place === 'cookie') && (node['style'] ?? 'form') === 'form';
  if (!inForm || node['explode'] !== true) return false;
  const { type, properties } = side.nodeOf(node['schema']);
  return type === 'object' && Object.keys(asObject(properties)).length > 0;
};

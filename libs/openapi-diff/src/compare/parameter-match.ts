import { asArray, asObject, asString, valueAt, type Json, type JsonObject } from '../json.js';
import { isReference } from '../normalize/interner.js';
import { child, type Comparison } from './context.js';
import { matchExploded } from './exploded.js';
import type { Side } from './side.js';

export interface Parameter {
  readonly node: JsonObject;
  readonly name: string;
  readonly place: string;
  readonly pointer: string;
  /** Said for the whole path. */
  readonly shared: boolean;
  /** The first of its operation to have this name, wherever that goes; in the order of the text, where it is at hand. */
  readonly namesake: JsonObject;
}

export interface ParameterPair {
  readonly old: Parameter;
  readonly now: Parameter;
}

/** Parameters by place and name. */
export type Parameters = ReadonlyMap<string, Parameter>;

/** Reads the parameters of an operation, and of its path item; `field` as oasdiff tells them apart. */
export const readParameters = (
  side: Side,
  { operation, item, pointer }: { operation: JsonObject; item: JsonObject; pointer: string },
  field: boolean,
): Parameters => {
  const common = new Set(asArray(item['parameters']).map((parameter) => side.resolve(parameter).node));
  const written = field && side.source !== undefined ? writtenAt(side.source, pointer) : [];
  const found = new Map<string, Parameter>();
  asArray(operation['parameters']).forEach((parameter, index) => {
    const { node } = side.resolve(parameter);
    const name = asString(node['name']) ?? '';
    const place = asString(node['in']) ?? '';
    const key = keyOf(place, field ? name : nameIn(place, name));
    if (found.has(key)) return;
    const shared = common.has(node) && !written.some((own) => own['in'] === place && own['name'] === name);
    const namesake = written.find((own) => own['name'] === name) ?? node;
    found.set(key, { node, name, place, pointer: child(pointer, 'parameters', `${index}`), shared, namesake });
  });
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/**
 * The parameters that the operation at `pointer` was written with, in that order. The canonical form has those of the
 * path among them, and one that both have only once.
 */
const writtenAt = (source: JsonObject, pointer: string): JsonObject[] => {
  const at = pointer.lastIndexOf('/');
  const item = asObject(follow(source, valueAt(source, pointer.slice(0, at))));
  const operation = asObject(valueAt(item, pointer.slice(at)));
  return asArray(operation['parameters']).map((parameter) => asObject(follow(source, parameter)));
};

const follow = (source: JsonObject, value: Json | undefined): Json | undefined => {
  let current = value;
  for (let hop = 0; hop < 16 && isReference(current); hop++) current = valueAt(source, current.$ref);
  return current;
};

const keyOf = (place: string, name: string): string => `${place} ${name}`;

/** The names of headers are the same in small and in capital letters. */
const nameIn = (place: string, name: string): string => (place === 'header' ? name.toLowerCase() : name);

export interface ParameterMatch {
  readonly both: ParameterPair[];
  readonly removed: Parameter[];
  readonly added: Parameter[];
}

/** Pairs parameters by place and name; `renamed` has the old and the new names of path parameters. */
export const matchParameters = (
  comparison: Comparison,
  { olds, news }: { olds: Parameters; news: Parameters },
  renamed: ReadonlyMap<string, string>,
): ParameterMatch => {
  const { both, seenBefore, seenAfter } = comparison.field
    ? matchExploded(comparison, [...olds.values()], [...news.values()])
    : { both: [], seenBefore: new Set<Parameter>(), seenAfter: new Set<Parameter>() };
  const removed: Parameter[] = [];
  for (const [key, old] of olds) {
    if (seenBefore.has(old)) continue;
    const name = old.place === 'path' ? renamed.get(old.name) : undefined;
    const now = news.get(name === undefined ? key : keyOf('path', name));
    if (now === undefined || seenAfter.has(now)) removed.push(old);
    else {
      seenAfter.add(now);
      both.push({ old, now });
    }
  }
  return { both, removed, added: [...news.values()].filter((now) => !seenAfter.has(now)) };
};

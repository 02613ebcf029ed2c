import type { Both } from '../both.js';
import { asArray, asString, type JsonObject } from '../json.js';
import { child } from '../pointers.js';
import type { Side } from './side.js';

export interface Parameter {
  readonly node: JsonObject;
  readonly name: string;
  /** `query`, `path`, `header` or `cookie`. */
  readonly place: string;
  readonly pointer: string;
  readonly isRequired: boolean;
  /** Of the whole path. */
  readonly isShared: boolean;
  /** The component that it is, where several operations refer to it. */
  readonly ref?: string | undefined;
}

/** Parameters by place and name. */
export type Parameters = ReadonlyMap<string, Parameter>;

/** An operation that has parameters, its path item, and where it stands. */
export interface ParameterOwner {
  readonly operation: JsonObject;
  readonly item: JsonObject;
  readonly pointer: string;
}

export const keyOf = (place: string, name: string): string => `${place} ${name}`;

/** The names of headers are the same in small and in capital letters. */
export const nameIn = (place: string, name: string): string => (place === 'header' ? name.toLowerCase() : name);

/** Reads the parameters of an operation, those of its path among them; of two with one key the first counts. */
export const readParameters = (side: Side, owner: ParameterOwner, nameOf = nameIn): Parameters => {
  const common = new Set(asArray(owner.item['parameters']).map((parameter) => side.nodeOf(parameter)));
  const found = new Map<string, Parameter>();
  asArray(owner.operation['parameters']).forEach((parameter, index) => {
    const { node, ref } = side.resolve(parameter);
    const name = asString(node['name']) ?? '';
    const place = asString(node['in']) ?? '';
    const key = keyOf(place, nameOf(place, name));
    if (found.has(key)) return;
    const pointer = child(owner.pointer, 'parameters', `${index}`);
    const isRequired = node['required'] === true;
    found.set(key, { node, name, place, pointer, isRequired, isShared: common.has(node), ref });
  });
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
};

export interface ParameterMatch {
  readonly both: readonly Both<Parameter>[];
  readonly removed: readonly Parameter[];
  readonly added: readonly Parameter[];
}

/**
 * Pairs parameters by place and name, apart from those that are `known` to belong together; `renamed` has the old and
 * the new names of path parameters.
 */
export const matchParameters = (
  { before, after }: Both<Parameters>,
  renamed: ReadonlyMap<string, string>,
  known: Pick<ParameterMatch, 'both'> & Both<ReadonlySet<Parameter>> = NONE,
): ParameterMatch => {
  const both = [...known.both];
  const taken = new Set(known.after);
  const removed: Parameter[] = [];
  for (const [key, parameter] of before) {
    if (known.before.has(parameter)) continue;
    const name = parameter.place === 'path' ? renamed.get(parameter.name) : undefined;
    const other = after.get(name === undefined ? key : keyOf('path', name));
    if (other === undefined || taken.has(other)) removed.push(parameter);
    else {
      taken.add(other);
      both.push({ before: parameter, after: other });
    }
  }
  return { both, removed, added: [...after.values()].filter((parameter) => !taken.has(parameter)) };
};

const NONE = { both: [], before: new Set<Parameter>(), after: new Set<Parameter>() };

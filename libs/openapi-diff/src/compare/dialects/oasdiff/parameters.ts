import type { Both } from '../../../both.js';
import { asArray, asObject, isReference, type Json, type JsonObject } from '../../../json.js';
import { valueAt } from '../../../pointers.js';
import { matchExploded } from '../../exploded.js';
import {
  matchParameters,
  readParameters,
  type Parameter,
  type ParameterMatch,
  type ParameterOwner,
  type Parameters,
} from '../../parameter.js';
import type { PathItem } from '../../paths.js';
import type { Side } from '../../side.js';

/** Names of headers are case-sensitive to oasdiff. */
const read = (side: Side, owner: ParameterOwner): Parameters => readParameters(side, owner, (_, name) => name);

/**
 * The parameters of an operation without those of its path, for which see `addedToPath`. It looks up by the name alone
 * whether a parameter is required: the first of its operation to have that name counts.
 */
export const readOwnParameters = (side: Side, owner: ParameterOwner): Parameters => {
  const written = side.source === undefined ? [] : writtenAt(side.source, owner.pointer);
  const isWritten = ({ place, name }: Parameter): boolean =>
    written.some((parameter) => parameter['in'] === place && parameter['name'] === name);
  const own = [...read(side, owner)].filter(([, parameter]) => !parameter.isShared || isWritten(parameter));
  return new Map(
    own.map(([key, parameter]) => {
      const namesake = written.find((other) => other['name'] === parameter.name) ?? parameter.node;
      return [key, { ...parameter, isShared: false, isRequired: namesake['required'] === true }];
    }),
  );
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

/** Exploded objects and their loose parameters first. */
export const matchWithExploded = (
  sides: Both<Side>,
  parameters: Both<Parameters>,
  renamed: ReadonlyMap<string, string>,
): ParameterMatch => matchParameters(parameters, renamed, matchExploded(sides, parameters));

/** By their names alone; also where an operation had the parameter before, or is new itself. */
export const addedToPath = (
  sides: Both<Side>,
  path: Both<PathItem>,
  renamed: ReadonlyMap<string, string>,
): readonly Parameter[] => {
  const [before, after] = [asObject(path.before.node), asObject(path.after.node)];
  if (before['parameters'] === after['parameters'] || after['parameters'] === undefined) return [];
  const parametersOf = (side: Side, operation: JsonObject): Parameters =>
    read(side, { operation, item: {}, pointer: path.after.pointer });
  const parameters = { before: parametersOf(sides.before, before), after: parametersOf(sides.after, after) };
  const { added } = matchWithExploded(sides, parameters, renamed);
  const names = new Set(added.filter(({ place }) => place !== 'path').map(({ name }) => name));
  return [...parameters.after.values()].filter(({ name }) => names.has(name));
};

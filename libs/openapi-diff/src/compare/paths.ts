import type { Both } from '../both.js';
import { asObject, own, type Json, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import type { CanonicalApi } from '../normalize/normalize.js';
import { child } from '../pointers.js';
import { movedPrefix } from './path-prefix.js';

/** A path item and where it stands in its description; `node` is undefined where that does not have it. */
export interface PathItem {
  readonly path: string;
  readonly node: Json | undefined;
  readonly pointer: string;
  /** Stability levels of its operations do not count. */
  readonly ignoresStability?: boolean;
}

export const pathItem = (paths: JsonObject, path: string): PathItem => ({
  path,
  node: own(paths, path),
  pointer: child('', 'paths', path),
});

/** A path that this side does not have. */
export const noPathItem = (paths: JsonObject, path: string): PathItem => ({
  ...pathItem(paths, path),
  node: undefined,
});

/** A path without the names of its parameters. */
export const shapeOf = (path: string): string => path.replaceAll(/\{[^/{}]*\}/g, '{}');

/**
 * The paths of both descriptions in pairs: by name, then by shape, since callers cannot distinguish two paths of one shape.
 * A prefix that moved between the servers' addresses and the paths makes no difference.
 */
export const pairPaths = (apis: Both<CanonicalApi>): Both<PathItem>[] => {
  const { before, after } = apis;
  const prefix = movedPrefix(apis);
  if (prefix === undefined) return pairByName({ before: before.paths, after: after.paths });
  const pairs = pairByName({ before: under(prefix.before, before.paths), after: under(prefix.after, after.paths) });
  return pairs.map((pair) => ({
    before: without(prefix.before, pair.before),
    after: without(prefix.after, pair.after),
  }));
};

/** The paths as callers see them, with what the servers' addresses end in. */
const under = (prefix: string, paths: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(paths).map(([path, item]) => [prefix + path, item]));

const without = (prefix: string, item: PathItem): PathItem => {
  const path = item.path.startsWith(prefix) ? item.path.slice(prefix.length) : item.path;
  return { ...item, path, pointer: child('', 'paths', path) };
};

const pairByName = ({ before, after }: Both<JsonObject>): Both<PathItem>[] => {
  const parted = partedShapes(before, after);
  const rest = (paths: JsonObject): JsonObject =>
    parted.size === 0
      ? paths
      : Object.fromEntries(Object.entries(paths).filter(([path]) => !parted.has(shapeOf(path))));
  const apart = [...parted].flatMap((shape) => pairByMethod(before, after, shape));
  return [...pairWhole(rest(before), rest(after)), ...apart];
};

/** Shapes whose methods stand under several names of one path, and not under the same ones on both sides. */
const partedShapes = (before: JsonObject, after: JsonObject): ReadonlySet<string> => {
  const names = (paths: JsonObject) => Map.groupBy(Object.keys(paths).sort(), shapeOf);
  const [old, now] = [names(before), names(after)];
  return new Set(
    [...old.keys()].filter((shape) => {
      const [mine, theirs = []] = [old.get(shape) ?? [], now.get(shape)];
      return theirs.length > 0 && mine.length + theirs.length > 2 && mine.join() !== theirs.join();
    }),
  );
};

const pairByMethod = (before: JsonObject, after: JsonObject, shape: string): Both<PathItem>[] => {
  const found = (paths: JsonObject) =>
    new Map(
      Object.keys(paths)
        .filter((path) => shapeOf(path) === shape)
        .sort()
        .flatMap((path) => Object.keys(asObject(paths[path])).map((method) => [method, path] as const)),
    );
  const [old, now] = [found(before), found(after)];
  const methods = [...new Set([...old.keys(), ...now.keys()])].filter((method) => METHODS.has(method)).sort();
  const any = [...old.values(), ...now.values()][0] as string;
  const only = (paths: JsonObject, path: string | undefined, method: string): PathItem => {
    if (path === undefined) return noPathItem(paths, any);
    const { parameters, [method]: operation } = asObject(paths[path]);
    return {
      ...pathItem(paths, path),
      node: { ...(parameters && { parameters }), ...(operation && { [method]: operation }) },
    };
  };
  return methods.map((method) => ({
    before: only(before, old.get(method), method),
    after: only(after, now.get(method), method),
  }));
};

const pairWhole = (before: JsonObject, after: JsonObject): Both<PathItem>[] => {
  const free = new Map<string, string>();
  for (const path of Object.keys(after)) if (!Object.hasOwn(before, path)) free.set(shapeOf(path), path);
  const pairs = Object.keys(before).map((path): Both<PathItem> => {
    if (Object.hasOwn(after, path)) return { before: pathItem(before, path), after: pathItem(after, path) };
    const renamed = free.get(shapeOf(path));
    if (renamed !== undefined) free.delete(shapeOf(path));
    const other = renamed === undefined ? noPathItem(after, path) : pathItem(after, renamed);
    return { before: pathItem(before, path), after: other };
  });
  const taken = new Set(pairs.map((pair) => pair.after.path));
  const added = Object.keys(after).filter((path) => !taken.has(path));
  return [
    ...pairs.sort(byPath),
    ...added.sort().map((path) => ({ before: noPathItem(before, path), after: pathItem(after, path) })),
  ];
};

const byPath = (a: Both<PathItem>, b: Both<PathItem>): number => (a.before.path < b.before.path ? -1 : 1);

/** Old name → new name of path parameters, by their place in the path. */
export const renamedParameters = ({ before, after }: Both<{ readonly path: string }>): ReadonlyMap<string, string> => {
  const names = (path: string): string[] => [...path.matchAll(/\{([^/{}]*)\}/g)].map((match) => match[1] as string);
  const namesAfter = names(after.path);
  return new Map(
    names(before.path).flatMap((name, index) => {
      const renamed = namesAfter[index];
      return renamed === undefined || renamed === name ? [] : [[name, renamed] as const];
    }),
  );
};

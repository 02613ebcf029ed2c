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
export const pairPaths = (apis: Both<CanonicalApi>, prefixes: readonly string[] = []): Both<PathItem>[] => {
  const { before, after } = apis;
  const moved = movedPrefix(apis);
  if (moved === undefined && prefixes.length === 0) return pairByName({ before: before.paths, after: after.paths });
  const sides = {
    before: renamed(before.paths, moved?.before ?? '', prefixes),
    after: renamed(after.paths, moved?.after ?? '', prefixes),
  };
  return pairByName({ before: sides.before.paths, after: sides.after.paths }).map((pair) => ({
    before: asWritten(pair.before, sides.before),
    after: asWritten(pair.after, sides.after),
  }));
};

/** The paths as callers see them: with what the servers' addresses end in, without the prefixes that make no difference. */
const renamed = (paths: JsonObject, moved: string, prefixes: readonly string[]) => {
  const written = new Map<string, string>();
  for (const path of Object.keys(paths)) {
    const prefix = prefixes.find((one) => path.startsWith(`${one}/`)) ?? '';
    const short = moved + path.slice(prefix.length);
    // Two paths that only a prefix distinguishes stay two.
    written.set(prefix !== '' && (own(paths, short) !== undefined || written.has(short)) ? moved + path : short, path);
  }
  return { moved, written, paths: Object.fromEntries([...written].map(([name, path]) => [name, own(paths, path)!])) };
};

const asWritten = (item: PathItem, { moved, written }: ReturnType<typeof renamed>): PathItem => {
  const unmoved = item.path.startsWith(moved) ? item.path.slice(moved.length) : item.path;
  const path = written.get(item.path) ?? unmoved;
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

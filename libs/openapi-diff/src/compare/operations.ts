import { asArray, asObject, isObject, own, without, type Json, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import { compareRequestBody } from './bodies.js';
import { child, type Comparison, type OperationPair } from './context.js';
import { compareLifecycle, removalRule, reportInvalidLevel } from './lifecycle.js';
import { isCovered, stabilityOf } from './stability.js';
import { compareCallbacks } from './outgoing.js';
import { compareParameters, compareSharedParameters } from './parameters.js';
import { compareResponses } from './responses.js';
import { compareOperationSecurity } from './security.js';

/** A path item and where it stands in its description; undefined where that does not have it. */
interface PathItem {
  readonly path: string;
  readonly node: Json | undefined;
  readonly pointer: string;
  /** Stability levels of its operations do not count. */
  readonly levelless?: boolean;
}

/** An operation and where it stands in its description. */
interface Located {
  readonly path: string;
  /** Its path item, for what is common to the path. */
  readonly item: JsonObject;
  readonly method: string;
  readonly operation: JsonObject;
  readonly pointer: string;
  readonly levelless: boolean;
}

/** Compares the operations of all paths; a path whose parameters were only renamed is the same path. */
export const compareOperations = (comparison: Comparison): void => {
  const before = comparison.before.api.paths;
  const after = comparison.after.api.paths;
  const taken = new Set<string>();
  const matches = matchPaths(before, after, comparison.field);
  const at = (paths: JsonObject, path: string): PathItem => ({
    path,
    node: own(paths, path),
    pointer: child('', 'paths', path),
  });
  for (const path of Object.keys(before).sort()) {
    const other = matches.get(path);
    if (other !== undefined) taken.add(other);
    const now = other === undefined ? { ...at(after, path), node: undefined } : at(after, other);
    comparePath(comparison, at(before, path), now);
  }
  const known = new Set(comparison.field ? Object.keys(before).map(shapeOf) : []);
  for (const path of Object.keys(after).sort()) {
    if (!taken.has(path) && !known.has(shapeOf(path)))
      comparePath(comparison, { ...at(before, path), node: undefined }, at(after, path));
  }
  if (comparison.field) compareWebhooksAsPaths(comparison);
};

/** To oasdiff, the inside of a webhook is that of a path named after it, and its stability level says nothing. */
const compareWebhooksAsPaths = (comparison: Comparison): void => {
  const before = comparison.before.api.webhooks;
  const after = comparison.after.api.webhooks;
  for (const name of Object.keys(before).sort()) {
    if (!Object.hasOwn(after, name)) continue;
    const path = { path: `webhook:${name}`, pointer: child('', 'webhooks', name), levelless: true };
    comparePath(comparison, { ...path, node: own(before, name) }, { ...path, node: own(after, name) });
  }
};

/**
 * Paths of the old description → paths of the new one: first by name, then by shape. Two paths of one shape are not
 * told apart by anybody; to oasdiff (`shared`), each of them may also be what another one became.
 */
const matchPaths = (before: JsonObject, after: JsonObject, shared: boolean): Map<string, string> => {
  const matches = new Map<string, string>();
  const free = new Map<string, string>();
  for (const path of Object.keys(after)) if (shared || !Object.hasOwn(before, path)) free.set(shapeOf(path), path);
  for (const path of Object.keys(before)) {
    if (Object.hasOwn(after, path)) matches.set(path, path);
    else {
      const renamed = free.get(shapeOf(path));
      if (renamed === undefined) continue;
      matches.set(path, renamed);
      if (!shared) free.delete(shapeOf(path));
    }
  }
  return matches;
};

const shapeOf = (path: string): string => path.replaceAll(/\{[^/{}]*\}/g, '{}');

const operationsOf = ({ path, node, pointer, levelless = false }: PathItem): Map<string, Located> => {
  const item = asObject(node);
  const found = new Map<string, Located>();
  for (const [method, operation] of Object.entries(item)) {
    if (METHODS.has(method) && isObject(operation))
      found.set(method, { path, item, method, operation, pointer: child(pointer, method), levelless });
  }
  return found;
};

const comparePath = (comparison: Comparison, old: PathItem, now: PathItem): void => {
  const same = old.path === now.path && comparison.dirt.same(old.node, now.node);
  if (same && !(comparison.field && asObject(now.node)['parameters'] !== undefined)) return;
  compareReference(comparison, old, now);
  const olds = operationsOf(old);
  const news = operationsOf(now);
  const gone = now.node === undefined;
  for (const method of [...new Set([...olds.keys(), ...news.keys()])].sort()) {
    const before = olds.get(method);
    const after = news.get(method);
    if (before === undefined) reportAdded(comparison, { ...(after as Located), path: old.path });
    else if (after === undefined) reportRemoved(comparison, before, gone ? [...olds.values()] : undefined);
    else compareOperation(comparison, before, after);
  }
  if (!comparison.field || gone || old.node === undefined) return;
  compareSharedParameters(comparison, {
    old: old.node,
    now: now.node,
    renamed: renames(old.path, now.path),
    pointer: now.pointer,
    operations: [...news.keys()].map((method) => ({ method, path: old.path })),
  });
};

/** A path that another document describes: all that is seen of it is where that is. */
const compareReference = (comparison: Comparison, old: PathItem, now: PathItem): void => {
  const before = asObject(old.node)['$ref'];
  const after = asObject(now.node)['$ref'];
  if (before === after) return;
  const pointer = {
    ...(before === undefined ? {} : { before: child(old.pointer, '$ref') }),
    ...(after === undefined ? {} : { after: child(now.pointer, '$ref') }),
  };
  comparison.add('path-reference-changed', { name: old.path, before, after, pointer });
};

const reportAdded = (comparison: Comparison, { path, method, operation, pointer }: Located): void => {
  comparison.add('endpoint-added', {
    operation: { method, path },
    pointer: { after: pointer },
    after: outline(operation),
  });
};

/** `wholePath` has all operations of a path that is gone. */
const reportRemoved = (comparison: Comparison, located: Located, wholePath: Located[] | undefined): void => {
  const { path, method, operation, pointer, levelless } = located;
  const ref = { method, path };
  const found = removalRule(comparison, operation, {
    levelless,
    wholePath: wholePath?.map((other) => other.operation),
  });
  comparison.add(found.rule, {
    operation: ref,
    pointer: { before: pointer },
    before: outline(operation),
    ...(found.text === undefined ? {} : { texts: { before: found.text } }),
  });
  if (!levelless) reportInvalidLevel(comparison, ref, operation, { before: child(pointer, 'x-stability-level') });
};

/** Enough of an operation to recognise it. */
const outline = (operation: JsonObject): JsonObject => {
  const { operationId, summary, deprecated } = operation;
  return {
    ...(operationId === undefined ? {} : { operationId }),
    ...(summary === undefined ? {} : { summary }),
    ...(deprecated === undefined ? {} : { deprecated }),
  };
};

const compareOperation = (comparison: Comparison, old: Located, now: Located): void => {
  const same = old.path === now.path && comparison.dirt.same(old.operation, now.operation);
  const common = old.item['parameters'] ?? now.item['parameters'];
  if (same && (!comparison.field || common === undefined)) return;
  const pair: OperationPair = {
    ref: { method: old.method, path: old.path },
    pointer: { before: old.pointer, after: now.pointer },
    level: stabilityOf(now.operation),
  };
  if (same) {
    // What the path said of it, the operation may say now, or the other way round.
    if (now.levelless || isCovered(comparison.options, pair.level ?? 'stable'))
      compareParameters(comparison, pair, { old, now, renamed: new Map() });
    return;
  }
  const covered = compareLifecycle(comparison, pair, {
    old: old.operation,
    now: now.operation,
    levelless: now.levelless,
  });
  if (covered) compareParts(comparison, pair, old, now);
  else if (!comparison.field) comparison.report.quietly(() => compareParts(comparison, pair, old, now));
};

const compareParts = (comparison: Comparison, pair: OperationPair, old: Located, now: Located): void => {
  compareWords(comparison, pair, old.operation, now.operation);
  compareParameters(comparison, pair, { old, now, renamed: renames(old.path, now.path) });
  compareRequestBody(comparison, pair, old.operation['requestBody'], now.operation['requestBody']);
  compareResponses(comparison, pair, old.operation['responses'], now.operation['responses']);
  compareOperationSecurity(comparison, pair, old.operation['security'], now.operation['security']);
  compareCallbacks(comparison, pair, old.operation['callbacks'], now.operation['callbacks']);
};

/** Old name → new name of path parameters, by their place in the path. */
const renames = (oldPath: string, newPath: string): Map<string, string> => {
  const names = (path: string): string[] => [...path.matchAll(/\{([^/{}]*)\}/g)].map((match) => match[1] as string);
  const news = names(newPath);
  return new Map(
    names(oldPath).flatMap((name, index) =>
      news[index] === undefined || news[index] === name ? [] : [[name, news[index]] as const],
    ),
  );
};

const compareWords = (comparison: Comparison, pair: OperationPair, old: JsonObject, now: JsonObject): void => {
  const oldId = old['operationId'] || undefined;
  const newId = now['operationId'] || undefined;
  const at = (key: string): { before: string; after: string } => ({
    before: child(pair.pointer.before, key),
    after: child(pair.pointer.after, key),
  });
  if (oldId !== newId) {
    const rule = oldId === undefined ? 'api-operation-id-added' : 'api-operation-id-removed';
    comparison.add(rule, { operation: pair.ref, before: oldId, after: newId, pointer: at('operationId') });
  }
  for (const key of ['summary', 'description'] as const) {
    if (old[key] !== now[key]) {
      comparison.add(`operation-${key}-changed`, {
        operation: pair.ref,
        before: old[key],
        after: now[key],
        pointer: at(key),
      });
    }
  }
  compareTags(comparison, pair, old, now);
};

const compareTags = (comparison: Comparison, pair: OperationPair, old: JsonObject, now: JsonObject): void => {
  const pointer = { before: child(pair.pointer.before, 'tags'), after: child(pair.pointer.after, 'tags') };
  const olds = asArray(old['tags']);
  const news = asArray(now['tags']);
  for (const tag of without(news, olds)) comparison.add('api-tag-added', { operation: pair.ref, after: tag, pointer });
  for (const tag of without(olds, news))
    comparison.add('api-tag-removed', { operation: pair.ref, before: tag, pointer });
};

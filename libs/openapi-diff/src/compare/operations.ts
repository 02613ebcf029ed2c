import { where, type Both } from '../both.js';
import { asArray, asObject, isObject, without, type Json, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import { child, inside } from '../pointers.js';
import { compareOperationServers } from './api-level.js';
import { compareRequestBody } from './bodies.js';
import type { Comparison, OperationPair } from './comparison.js';
import { compareLifecycle, removalRule, reportInvalidLevel } from './lifecycle.js';
import { compareCallbacks } from './outgoing.js';
import { compareParameters, reportAddedToPath } from './parameters.js';
import { renamedParameters, type PathItem } from './paths.js';
import { compareResponses } from './responses.js';
import { compareOperationSecurity } from './security.js';
import { isCovered, stabilityOf } from './stability.js';

/** An operation and where it stands in its description. */
interface Located {
  readonly path: string;
  /** Its path item, for what is common to the path. */
  readonly item: JsonObject;
  readonly method: string;
  readonly operation: JsonObject;
  readonly pointer: string;
  readonly ignoresStability: boolean;
}

export const compareOperations = (comparison: Comparison): void => {
  const apis = { before: comparison.before.api, after: comparison.after.api };
  for (const path of comparison.dialect.pairPaths(apis, comparison.options.prefixes)) comparePath(comparison, path);
};

const operationsIn = ({ path, node, pointer, ignoresStability = false }: PathItem): ReadonlyMap<string, Located> => {
  const item = asObject(node);
  const found = new Map<string, Located>();
  for (const [method, operation] of Object.entries(item)) {
    if (METHODS.has(method) && isObject(operation))
      found.set(method, { path, item, method, operation, pointer: child(pointer, method), ignoresStability });
  }
  for (const [name, operation] of Object.entries(asObject(item['additionalOperations']))) {
    const method = name.toLowerCase();
    if (isObject(operation) && !found.has(method)) {
      const at = child(pointer, 'additionalOperations', name);
      found.set(method, { path, item, method, operation, pointer: at, ignoresStability });
    }
  }
  return found;
};

const comparePath = (comparison: Comparison, path: Both<PathItem>): void => {
  const { before, after } = path;
  const { addedToPath } = comparison.dialect;
  const isUnchanged = before.path === after.path && comparison.changed.isUnchanged(before.node, after.node);
  // A parameter may have moved between the path and an operation, which the canonical form does not show.
  if (isUnchanged && !(addedToPath && asObject(after.node)['parameters'] !== undefined)) return;
  compareReference(comparison, path);
  const operations = { before: operationsIn(before), after: operationsIn(after) };
  const wholePath = after.node === undefined ? [...operations.before.values()] : undefined;
  for (const method of [...new Set([...operations.before.keys(), ...operations.after.keys()])].sort()) {
    const pair = { before: operations.before.get(method), after: operations.after.get(method) };
    if (pair.before === undefined) reportAdded(comparison, { ...(pair.after as Located), path: before.path });
    else if (pair.after === undefined) reportRemoved(comparison, pair.before, wholePath);
    else compareOperation(comparison, { before: pair.before, after: pair.after });
  }
  const methods = [...operations.after.keys()];
  if (addedToPath && before.node !== undefined)
    reportAddedToPath(comparison, addedToPath(comparison, path, renamedParameters(path)), {
      pointer: after.pointer,
      operations: methods.map((method) => ({ method, path: before.path })),
    });
};

/** A path that another document describes: all that is seen of it is where that is. */
const compareReference = (comparison: Comparison, path: Both<PathItem>): void => {
  const before = asObject(path.before.node)['$ref'];
  const after = asObject(path.after.node)['$ref'];
  if (before === after) return;
  const at = inside({ before: path.before.pointer, after: path.after.pointer }, '$ref');
  const pointer = where(at, { before, after });
  comparison.add('path-reference-changed', { name: path.before.path, before, after, pointer });
};

const reportAdded = (comparison: Comparison, { path, method, operation, pointer }: Located): void =>
  comparison.add('endpoint-added', {
    operation: { method, path },
    pointer: { after: pointer },
    after: outline(operation),
  });

/** `wholePath` has all operations of a path that is gone. */
const reportRemoved = (comparison: Comparison, located: Located, wholePath: readonly Located[] | undefined): void => {
  const { path, method, operation, pointer, ignoresStability } = located;
  const { rule, text } = removalRule(comparison, operation, {
    ignoresStability,
    wholePath: wholePath?.map((other) => other.operation),
  });
  comparison.add(rule, {
    operation: { method, path },
    pointer: { before: pointer },
    before: outline(operation),
    texts: text === undefined ? undefined : { before: text },
  });
  if (!ignoresStability)
    reportInvalidLevel(comparison, { method, path }, operation, { before: child(pointer, 'x-stability-level') });
};

/** Enough of an operation to recognise it. */
const outline = ({ operationId, summary, deprecated }: JsonObject): JsonObject => ({
  ...(operationId !== undefined && { operationId }),
  ...(summary !== undefined && { summary }),
  ...(deprecated !== undefined && { deprecated }),
});

const compareOperation = (comparison: Comparison, { before, after }: Both<Located>): void => {
  const { dialect, options } = comparison;
  const isUnchanged = before.path === after.path && comparison.changed.isUnchanged(before.operation, after.operation);
  const hasShared = (before.item['parameters'] ?? after.item['parameters']) !== undefined;
  if (isUnchanged && !(dialect.addedToPath && hasShared)) return;
  const pair: OperationPair = {
    ref: { method: before.method, path: before.path },
    pointer: { before: before.pointer, after: after.pointer },
    level: stabilityOf(after.operation),
  };
  const operations = { before: before.operation, after: after.operation };
  const renamed = renamedParameters({ before, after });
  const compareParts = (): void => {
    compareWords(comparison, pair, operations);
    compareParameters(comparison, pair, { before, after }, renamed);
    compareRequestBody(comparison, pair, partOf(operations, 'requestBody'));
    compareResponses(comparison, pair, partOf(operations, 'responses'));
    compareOperationServers(comparison, pair, partOf(operations, 'servers'));
    compareOperationSecurity(comparison, pair, partOf(operations, 'security'));
    compareCallbacks(comparison, pair, partOf(operations, 'callbacks'));
  };
  if (isUnchanged) {
    if (after.ignoresStability || isCovered(options, pair.level ?? 'stable'))
      compareParameters(comparison, pair, { before, after }, renamed);
  } else if (compareLifecycle(comparison, pair, operations, after.ignoresStability)) compareParts();
  else if (!dialect.overlooks.has('unstable-operations')) comparison.report.asHarmless(compareParts);
};

const partOf = ({ before, after }: Both<JsonObject>, key: string): Both<Json | undefined> => ({
  before: before[key],
  after: after[key],
});

const compareWords = (comparison: Comparison, pair: OperationPair, operations: Both<JsonObject>): void => {
  const ids = partOf(operations, 'operationId');
  const [before, after] = [ids.before || undefined, ids.after || undefined];
  if (before !== after) {
    const rule = before === undefined ? 'api-operation-id-added' : 'api-operation-id-removed';
    comparison.add(rule, { operation: pair.ref, before, after, pointer: inside(pair.pointer, 'operationId') });
  }
  for (const key of ['summary', 'description'] as const) {
    const words = partOf(operations, key);
    if (words.before !== words.after)
      comparison.add(`operation-${key}-changed`, { operation: pair.ref, ...words, pointer: inside(pair.pointer, key) });
  }
  compareTags(comparison, pair, partOf(operations, 'tags'));
};

const compareTags = (comparison: Comparison, pair: OperationPair, tags: Both<Json | undefined>): void => {
  const base = { operation: pair.ref, pointer: inside(pair.pointer, 'tags') };
  const [before, after] = [asArray(tags.before), asArray(tags.after)];
  for (const tag of without(after, before)) comparison.add('api-tag-added', { ...base, after: tag });
  for (const tag of without(before, after)) comparison.add('api-tag-removed', { ...base, before: tag });
};

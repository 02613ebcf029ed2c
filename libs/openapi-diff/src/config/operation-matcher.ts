import { globOf } from '@tidemark/foundation/glob';
import type { OperationRef } from '../change.js';
import { operationText } from '../change.js';
import { asArray, asObject, asString, own, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import type { OperationMatch } from './read-config.js';

/** What a match looks at. */
export interface KnownOperation {
  readonly ref: OperationRef;
  readonly tags: ReadonlySet<string>;
  readonly extensions: ReadonlySet<string>;
}

/** All operations of a description by `GET /pets`, with their tags and the extensions that are set for them. */
export const knownOperations = (document: JsonObject): Map<string, KnownOperation> => {
  const tagNodes = new Map(asArray(document['tags']).map((tag) => [asObject(tag)['name'], asObject(tag)]));
  const found = new Map<string, KnownOperation>();
  for (const [path, item] of Object.entries(asObject(document['paths']))) {
    const node = asObject(item);
    const methods = [
      ...Object.entries(node).filter(([method]) => METHODS.has(method)),
      ...Object.entries(asObject(node['additionalOperations'])),
    ];
    for (const [method, operation] of methods) {
      const tags = new Set(asArray(own(asObject(operation), 'tags')).flatMap((tag) => asString(tag) ?? []));
      const nodes = [node, asObject(operation), ...[...tags].map((tag) => tagNodes.get(tag) ?? {})];
      const ref = { method, path };
      found.set(operationText(ref), { ref, tags, extensions: new Set(nodes.flatMap(extensionsOf)) });
    }
  }
  return found;
};

const extensionsOf = (node: JsonObject): string[] =>
  Object.keys(node).filter((key) => key.startsWith('x-') && node[key] !== false && node[key] !== null);

/** A test of operations by all that a match gives; linear in what is tested. */
export const operationMatcher = ({ path, operation, tag, extension }: OperationMatch) => {
  const byPath = path === undefined ? undefined : globOf(path);
  const byOperation = operation === undefined ? undefined : operationGlob(operation);
  const byTag = tag === undefined ? undefined : globOf(tag);
  return ({ ref, tags, extensions }: KnownOperation): boolean =>
    (byPath === undefined || byPath(ref.path)) &&
    (byOperation === undefined || byOperation(operationText(ref))) &&
    (byTag === undefined || [...tags].some(byTag)) &&
    (extension === undefined || extensions.has(extension));
};

const operationGlob = (operation: string) =>
  globOf(operation.replace(/^\S+ +/, (method) => `${method.trim().toUpperCase()} `));

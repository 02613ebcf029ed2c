import type { Both } from '../../../both.js';
import { own, type JsonObject } from '../../../json.js';
import type { CanonicalApi } from '../../../normalize/normalize.js';
import { child } from '../../../pointers.js';
import { noPathItem, pathItem, shapeOf, type PathItem } from '../../paths.js';

/**
 * By name, then by shape: each of several paths of one shape may be what another one became, and none of them was
 * added. The inside of a webhook is that of a path named after it.
 */
export const pairPaths = ({ before, after }: Both<CanonicalApi>): Both<PathItem>[] => {
  const byShape = new Map(Object.keys(after.paths).map((path) => [shapeOf(path), path]));
  const pairs = Object.keys(before.paths)
    .sort()
    .map((path): Both<PathItem> => {
      const other = Object.hasOwn(after.paths, path) ? path : byShape.get(shapeOf(path));
      const item = other === undefined ? noPathItem(after.paths, path) : pathItem(after.paths, other);
      return { before: pathItem(before.paths, path), after: item };
    });
  const known = new Set(Object.keys(before.paths).map(shapeOf));
  const added = Object.keys(after.paths).filter((path) => !known.has(shapeOf(path)));
  return [
    ...pairs,
    ...added.sort().map((path) => ({ before: noPathItem(before.paths, path), after: pathItem(after.paths, path) })),
    ...webhooksAsPaths(before.webhooks, after.webhooks),
  ];
};

/** Their stability levels say nothing. */
const webhooksAsPaths = (before: JsonObject, after: JsonObject): Both<PathItem>[] =>
  Object.keys(before)
    .sort()
    .filter((name) => Object.hasOwn(after, name))
    .map((name) => {
      const base = { path: `webhook:${name}`, pointer: child('', 'webhooks', name), ignoresStability: true };
      return { before: { ...base, node: own(before, name) }, after: { ...base, node: own(after, name) } };
    });

import type { Json, JsonObject } from '@tidemark/foundation';

type Tree = Map<string, Json | Tree>;

/** An object with a value at each path; the last one of a path counts. No name reaches into a prototype. */
export function assembled(fields: Iterable<readonly [readonly string[], Json]>): JsonObject {
  const root: Tree = new Map();
  for (const [path, value] of fields) {
    let tree = root;
    for (const step of path.slice(0, -1)) {
      const inner = tree.get(step);
      const next: Tree = inner instanceof Map ? inner : new Map();
      tree.set(step, next);
      tree = next;
    }
    tree.set(path.at(-1)!, value);
  }
  return objectOf(root);
}

const objectOf = (tree: Tree): JsonObject =>
  Object.fromEntries([...tree].map(([name, value]) => [name, value instanceof Map ? objectOf(value) : value]));

import type { Both } from '../../../both.js';
import { asArray, isObject, isReference, type JsonObject } from '../../../json.js';
import { escapePointer } from '../../../pointers.js';
import type { Add, SchemaPair } from '../../schema/finding.js';
import type { SchemaWalk } from '../../schema/walk.js';
import type { Subtypes } from '../../subtypes.js';

/**
 * Compares the schemas that values with a discriminator may follow, value by value, and the values themselves. `nodes` are
 * the schemas as they are written, which others inherit from.
 */
export const compareSubtypes = (
  walk: SchemaWalk,
  subtypes: Both<Subtypes>,
  pair: SchemaPair,
  { schemas, nodes }: Record<'schemas' | 'nodes', Both<JsonObject>>,
  add: Add,
): void => {
  if (!isObject(schemas.before['discriminator']) || !isObject(schemas.after['discriminator'])) return;
  const before = subtypes.before.byValue(schemas.before, nodes.before);
  const after = subtypes.after.byValue(schemas.after, nodes.after);
  const chosen = { before: chosenRefs(schemas.before), after: chosenRefs(schemas.after) };
  const at = '/discriminator/mapping';
  const renamed = new Set<string>();
  for (const [value, ref] of before) {
    const other = after.get(value);
    if (other !== undefined) {
      // Members of a choice are compared as such.
      if (ref === other && chosen.before.has(ref) && chosen.after.has(ref)) continue;
      const place = `${at}/${escapePointer(value)}`;
      walk.child(pair, { before: { $ref: ref }, after: { $ref: other } }, { path: '', before: place, after: place });
      continue;
    }
    const isSame = (target: string): boolean =>
      target === ref || walk.before.nodeOf({ $ref: ref }) === walk.after.nodeOf({ $ref: target });
    const name = [...after].find(([each, target]) => isSame(target) && !before.has(each))?.[0];
    if (name !== undefined) {
      renamed.add(name);
      add({ kind: 'discriminator-value-renamed', name: value, before: value, after: name, at });
    } else if (!chosen.before.has(ref) || chosen.after.has(ref))
      add({ kind: 'discriminator-mapping-deleted', name: value, before: ref, at });
  }
  for (const [value, ref] of after) {
    const isSaid = chosen.after.has(ref) && !chosen.before.has(ref);
    if (!before.has(value) && !renamed.has(value) && !isSaid)
      add({ kind: 'discriminator-mapping-added', name: value, after: ref, at });
  }
};

const chosenRefs = (schema: JsonObject): ReadonlySet<string> =>
  new Set([...asArray(schema['oneOf']), ...asArray(schema['anyOf'])].filter(isReference).map(({ $ref }) => $ref));

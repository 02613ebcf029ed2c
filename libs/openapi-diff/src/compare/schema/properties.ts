import type { Both } from '../../both.js';
import { asArray, asObject, own, type Json, type JsonObject } from '../../json.js';
import { escapePointer } from '../../pointers.js';
import {
  PROPERTY_ADDED,
  PROPERTY_OPTIONAL,
  PROPERTY_REMOVED,
  PROPERTY_REQUIRED,
  READ_ONLY,
  stepTo,
  WRITE_ONLY,
  type Add,
  type Finding,
  type SchemaPair,
} from './finding.js';
import type { SchemaWalk } from './walk.js';

/** With `unlisted`, names that are required and have no schema are reported, too. */
export const compareProperties = (walk: SchemaWalk, pair: SchemaPair, add: Add, unlisted = false): void => {
  const properties = { before: asObject(pair.before['properties']), after: asObject(pair.after['properties']) };
  const required = {
    before: new Set(asArray(pair.before['required'])),
    after: new Set(asArray(pair.after['required'])),
  };
  for (const name of Object.keys({ ...properties.before, ...properties.after }).sort()) {
    const before = own(properties.before, name);
    const after = own(properties.after, name);
    const base = { name, required: required.before.has(name), at: `/properties/${escapePointer(name)}` };
    if (before === undefined) {
      const property = walk.after.nodeOf(after);
      add({ ...base, kind: PROPERTY_ADDED, after: after as Json, property, required: required.after.has(name) });
    } else if (after === undefined)
      add({ ...base, kind: PROPERTY_REMOVED, before, property: walk.before.nodeOf(before) });
    else {
      walk.child(pair, { before, after }, stepTo(name, base.at));
      compareAccess({ before: walk.before.nodeOf(before), after: walk.after.nodeOf(after) }, base, add);
    }
  }
  compareRequired(walk, { properties, required }, add, unlisted);
};

const compareAccess = (
  { before, after }: Both<JsonObject>,
  base: Required<Pick<Finding, 'name' | 'required' | 'at'>>,
  add: Add,
): void => {
  for (const [keyword, kind] of [
    ['readOnly', READ_ONLY],
    ['writeOnly', WRITE_ONLY],
  ] as const) {
    const flags = { before: before[keyword] === true, after: after[keyword] === true };
    if (flags.before !== flags.after) add({ ...base, ...flags, kind, property: after, at: `${base.at}/${keyword}` });
  }
};

interface PropertyLists {
  readonly properties: Both<JsonObject>;
  readonly required: Both<ReadonlySet<Json>>;
}

/** Of new properties, too, which have no schema before. */
const compareRequired = (
  walk: SchemaWalk,
  { properties, required }: PropertyLists,
  add: Add,
  unlisted: boolean,
): void => {
  for (const [kind, names, others] of [
    [PROPERTY_REQUIRED, required.after, required.before],
    [PROPERTY_OPTIONAL, required.before, required.after],
  ] as const) {
    for (const name of names) {
      if (typeof name !== 'string' || others.has(name)) continue;
      const before = own(properties.before, name);
      const after = own(properties.after, name);
      if (unlisted && before === undefined && after === undefined) {
        add({ kind, name, property: {}, propertyBefore: {}, at: '/required' });
        continue;
      }
      if (after === undefined) continue;
      const propertyBefore = before === undefined ? undefined : walk.before.nodeOf(before);
      add({ kind, name, property: walk.after.nodeOf(after), propertyBefore, at: '/required' });
    }
  }
};

import { asArray, asObject, escapePointer, own, type Json, type JsonObject } from '../../json.js';
import {
  PROPERTY_ADDED,
  PROPERTY_OPTIONAL,
  PROPERTY_REMOVED,
  PROPERTY_REQUIRED,
  READ_ONLY,
  WRITE_ONLY,
  type Finding,
  type SchemaPair,
} from './finding.js';
import type { SchemaWalk } from './walk.js';

export const compareProperties = (walk: SchemaWalk, pair: SchemaPair, add: (finding: Finding) => void): void => {
  const olds = asObject(pair.before['properties']);
  const news = asObject(pair.after['properties']);
  const requiredBefore = new Set(asArray(pair.before['required']));
  const requiredAfter = new Set(asArray(pair.after['required']));
  for (const name of Object.keys({ ...olds, ...news }).sort()) {
    const old = own(olds, name);
    const now = own(news, name);
    const at = `/properties/${escapePointer(name)}`;
    if (old === undefined) {
      add({
        kind: PROPERTY_ADDED,
        name,
        after: now as Json,
        property: walk.after.resolve(now).node,
        required: requiredAfter.has(name),
        at,
      });
    } else if (now === undefined) {
      add({
        kind: PROPERTY_REMOVED,
        name,
        before: old,
        property: walk.before.resolve(old).node,
        required: requiredBefore.has(name),
        at,
      });
    } else {
      walk.child(pair, old, now, name, at);
      compareAccess(
        walk.before.resolve(old).node,
        walk.after.resolve(now).node,
        { name, required: requiredBefore.has(name), at },
        add,
      );
    }
  }
  compareRequired(walk, pair, add);
};

const compareAccess = (
  old: JsonObject,
  now: JsonObject,
  place: { name: string; required: boolean; at: string },
  add: (finding: Finding) => void,
): void => {
  for (const [keyword, kind] of [
    ['readOnly', READ_ONLY],
    ['writeOnly', WRITE_ONLY],
  ] as const) {
    const was = old[keyword] === true;
    const is = now[keyword] === true;
    if (was !== is)
      add({
        kind,
        before: was,
        after: is,
        name: place.name,
        required: place.required,
        property: now,
        at: `${place.at}/${keyword}`,
      });
  }
};

const compareRequired = (walk: SchemaWalk, pair: SchemaPair, add: (finding: Finding) => void): void => {
  const olds = asObject(pair.before['properties']);
  const news = asObject(pair.after['properties']);
  const requiredBefore = new Set(asArray(pair.before['required']));
  const requiredAfter = new Set(asArray(pair.after['required']));
  for (const [kind, now, then] of [
    [PROPERTY_REQUIRED, requiredAfter, requiredBefore],
    [PROPERTY_OPTIONAL, requiredBefore, requiredAfter],
  ] as const) {
    for (const name of now) {
      if (typeof name !== 'string' || then.has(name)) continue;
      const old = own(olds, name);
      const current = own(news, name);
      // Of a new property oasdiff tells this, too, in some places.
      if (current === undefined || (old === undefined && !walk.field)) continue;
      const was = old === undefined ? {} : { was: walk.before.resolve(old).node };
      add({ kind, name, property: walk.after.resolve(current).node, ...was, at: '/required' });
    }
  }
};

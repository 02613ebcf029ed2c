import type { Both } from '../../../both.js';
import { asArray, asObject, isReference, own as entry, stableJson, type Json, type JsonObject } from '../../../json.js';
import { lastOfRef, unescapePointer } from '../../../pointers.js';
import type { Add, SchemaPair } from '../../schema/finding.js';
import { flatten } from '../../schema/flatten.js';
import { keywordStep } from '../../schema/path-words.js';
import type { SchemaWalk } from '../../schema/walk.js';

/** A pair with its `allOf` read for what it says, not for how it is split into parts. */
export interface Inheritance {
  /** All that each schema says, with what it inherits. */
  readonly full: Both<JsonObject>;
  /** Without what both inherit from components of the same name: those are compared by themselves. */
  readonly own: Both<JsonObject>;
  /** References that both have. */
  readonly shared: readonly string[];
}

/** Undefined where it cannot be said without `allOf`. */
export const readInheritance = (walk: SchemaWalk, { before, after }: Both<JsonObject>): Inheritance | undefined => {
  const members = { before: asArray(before['allOf']), after: asArray(after['allOf']) };
  if (members.before.length + members.after.length === 0)
    return { full: { before, after }, own: { before, after }, shared: [] };
  const theirs = new Set(members.after.map(bareReference));
  const shared = new Set(members.before.map(bareReference).filter((ref) => ref !== undefined && theirs.has(ref)));
  const read = (of: (schema: JsonObject) => JsonObject): Both<JsonObject> | undefined => {
    const [from, to] = [flatten(of(before), walk.before), flatten(of(after), walk.after)];
    return from && to && { before: from, after: to };
  };
  const full = read((schema) => schema);
  const rest = read((schema) => ({
    ...schema,
    allOf: asArray(schema['allOf']).filter((member) => !shared.has(bareReference(member))),
  }));
  return full && rest && { full, own: rest, shared: [...shared] as string[] };
};

/** The name in a reference that stands alone. */
const bareReference = (member: Json): string | undefined =>
  isReference(member) && Object.keys(member).length === 1 ? member.$ref : undefined;

/** Compares the components that both inherit from, each once for all that do. */
export const compareShared = (walk: SchemaWalk, pair: SchemaPair, shared: readonly string[]): void => {
  const members = { before: asArray(pair.before['allOf']), after: asArray(pair.after['allOf']) };
  for (const ref of shared) {
    const isIt = (member: Json): boolean => bareReference(member) === ref;
    const at = { before: members.before.findIndex(isIt), after: members.after.findIndex(isIt) };
    const step = {
      path: keywordStep('allOf', lastOfRef(ref)),
      before: `/allOf/${at.before}`,
      after: `/allOf/${at.after}`,
    };
    walk.child(pair, { before: members.before[at.before], after: members.after[at.after] }, step);
  }
};

/** Passes on what differs in the schemas' own parts; the rest is found where they inherit it from. */
export const ownOnly =
  (own: Both<JsonObject>, add: Add): Add =>
  (finding) => {
    const { at = '', name } = finding;
    const place = at.startsWith('/required') && name !== undefined ? ['', 'required', name] : at.split('/');
    if (partOf(own.before, place) !== partOf(own.after, place)) add(finding);
  };

/** The same for what is looked into: the walk of a pair that passes over what both inherit alike. */
export const ownWalk = (walk: SchemaWalk, own: Both<JsonObject>): SchemaWalk => ({
  before: walk.before,
  after: walk.after,
  changed: walk.changed,
  child: (pair, schemas, step) => {
    const parts = {
      before: partOf(own.before, step.before.split('/')),
      after: partOf(own.after, step.after.split('/')),
    };
    if (!walk.changed.isUnchanged(parts.before, parts.after)) walk.child(pair, schemas, step);
  },
});

/** Keywords of which every entry stands for itself. */
const MAPS: ReadonlySet<string> = new Set(
  'properties patternProperties dependentSchemas dependentRequired required'.split(' '),
);

/** What stands at a place in a schema, as far as it stands for itself; without a place, its type. */
const partOf = (schema: JsonObject, [, keyword = '', name]: readonly string[]): Json | undefined => {
  if (keyword === '' || keyword === 'type' || keyword === 'format')
    return stableJson([schema['type'] ?? null, schema['format'] ?? null]);
  const value = schema[keyword];
  if (!MAPS.has(keyword) || name === undefined) return value;
  return Array.isArray(value) ? value.includes(name) : entry(asObject(value), unescapePointer(name));
};

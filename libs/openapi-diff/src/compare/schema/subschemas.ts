import { given, type Both } from '../../both.js';
import { asArray, asObject, asString, isObject, isReference, own, type Json, type JsonObject } from '../../json.js';
import { escapePointer, lastOfRef } from '../../pointers.js';
import { stepTo, type Add, type SchemaPair } from './finding.js';
import { keywordStep } from './path-words.js';
import type { MemberMatch } from './members.js';
import type { SchemaWalk } from './walk.js';

/** How the schemas inside of a schema are read. */
export interface Reading {
  /** What stands in the place of a schema; undefined when it does not count. */
  schemaOf(value: Json | undefined): Json | undefined;
  matchMembers(walk: SchemaWalk, keyword: MemberKeyword, before: Json[], after: Json[]): MemberMatch;
  /** Whether a schema restricts nothing. */
  isAnnotation(schema: JsonObject): boolean;
}

export const compareSubschemas = (walk: SchemaWalk, pair: SchemaPair, add: Add, reading: Reading): void => {
  for (const [keyword, kind] of SINGLE) {
    const schemas = { before: reading.schemaOf(pair.before[keyword]), after: reading.schemaOf(pair.after[keyword]) };
    compareSubschema(walk, pair, { schemas, kind, path: keywordStep(keyword), at: `/${keyword}` }, add);
  }
  compareAdditional(walk, pair, add);
  for (const [keyword, kind] of KEYED) {
    const maps = { before: asObject(pair.before[keyword]), after: asObject(pair.after[keyword]) };
    if (walk.changed.isUnchanged(maps.before, maps.after)) continue;
    for (const name of Object.keys({ ...maps.before, ...maps.after }).sort()) {
      const schemas = { before: own(maps.before, name), after: own(maps.after, name) };
      const at = `/${keyword}/${escapePointer(name)}`;
      compareSubschema(walk, pair, { schemas, kind, name, path: keywordStep(keyword, name), at }, add);
    }
  }
};

/** A schema below a keyword, or what stands there. */
interface Subschema {
  readonly schemas: Both<Json | undefined>;
  readonly kind: string;
  readonly name?: string;
  readonly path: string;
  readonly at: string;
}

const compareSubschema = (
  walk: SchemaWalk,
  pair: SchemaPair,
  { schemas, kind, name, path, at }: Subschema,
  add: Add,
): void => {
  const { before, after } = schemas;
  if (isObject(before) && isObject(after)) walk.child(pair, schemas, stepTo(path, at));
  else if (before !== after) {
    const move = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    add({ kind: `${kind}-${move}`, ...(name !== undefined && { name }), ...given(schemas), at });
  }
};

const compareAdditional = (walk: SchemaWalk, pair: SchemaPair, add: Add): void => {
  const keyword = 'additionalProperties';
  const [before, after] = [pair.before[keyword], pair.after[keyword]];
  const at = `/${keyword}`;
  if (isObject(before) && isObject(after)) return walk.child(pair, { before, after }, stepTo(keywordStep(keyword), at));
  const [from, to] = [openness(before), openness(after)];
  if (from === to) return;
  const kind =
    to === 'closed' ? 'forbidden' : from === 'closed' ? 'allowed' : to === 'limited' ? 'restricted' : 'unrestricted';
  add({ kind: `additional-properties-${kind}`, at });
};

const openness = (value: Json | undefined): 'open' | 'closed' | 'limited' =>
  value === false ? 'closed' : isObject(value) && Object.keys(value).length > 0 ? 'limited' : 'open';

/** allOf, anyOf, oneOf and prefixItems: members are matched by what they are, not where they stand. */
export const compareMembers = (walk: SchemaWalk, pair: SchemaPair, add: Add, reading: Reading): void => {
  for (const [keyword, kind] of MEMBERS) {
    const [before, after] = [asArray(pair.before[keyword]), asArray(pair.after[keyword])];
    if (walk.changed.isUnchanged(before, after) || before.length + after.length === 0) continue;
    const match = reading.matchMembers(walk, keyword, before, after);
    for (const [from, to] of match.modified) {
      const path = keywordStep(keyword, memberLabel(after[to], to));
      const step = { path, before: `/${keyword}/${from}`, after: `/${keyword}/${to}` };
      walk.child(pair, { before: before[from], after: after[to] }, step);
    }
    const note = (schema: JsonObject): string =>
      keyword === 'allOf' && reading.isAnnotation(schema) ? '-annotation-only' : '';
    const at = `/${keyword}`;
    for (const member of match.deleted.map((index) => before[index] as Json))
      add({ kind: `${kind}-removed${note(walk.before.nodeOf(member))}`, before: member, at });
    for (const member of match.added.map((index) => after[index] as Json))
      add({ kind: `${kind}-added${note(walk.after.nodeOf(member))}`, after: member, at });
  }
};

/** How a member of a oneOf and such is named to people: its component, its title, or its place. */
const memberLabel = (member: Json | undefined, index: number): string =>
  isReference(member) ? lastOfRef(member.$ref) : (asString(asObject(member)['title']) ?? `${index + 1}`);

const SINGLE = [
  ['items', 'items'],
  ['not', 'not'],
  ['contains', 'contains'],
  ['propertyNames', 'property-names'],
  ['unevaluatedItems', 'unevaluated-items'],
  ['unevaluatedProperties', 'unevaluated-properties'],
  ['if', 'if'],
  ['then', 'then'],
  ['else', 'else'],
  ['contentSchema', 'content-schema'],
] as const;

const KEYED = [
  ['patternProperties', 'pattern-property'],
  ['dependentSchemas', 'dependent-schema'],
  ['dependentRequired', 'dependent-required'],
] as const;

const MEMBERS = [
  ['allOf', 'all-of'],
  ['anyOf', 'any-of'],
  ['oneOf', 'one-of'],
  ['prefixItems', 'prefix-items'],
] as const;

export type MemberKeyword = (typeof MEMBERS)[number][0];

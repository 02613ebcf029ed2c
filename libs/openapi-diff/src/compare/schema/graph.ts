import { asArray, asObject, asString, escapePointer, isObject, own } from '../../json.js';
import type { Json, JsonObject } from '../../json.js';
import { isReference } from '../../normalize/interner.js';
import type { Dirt, Side } from '../side.js';
import {
  PROPERTY_ADDED,
  PROPERTY_OPTIONAL,
  PROPERTY_REMOVED,
  PROPERTY_REQUIRED,
  READ_ONLY,
  TYPE,
  TYPE_LIST,
  WRITE_ONLY,
} from './finding.js';
import type { Edge, Finding, SchemaPair, Step } from './finding.js';
import { compareKeywords } from './keywords.js';
import { flatten } from './flatten.js';
import { matchMembers } from './members.js';
import { typesOf } from './types.js';
import { isAnnotationOnly, isWrappedInOneOf, nullMove, typeListChange } from './wrapping.js';
import type { TypeListChange } from './wrapping.js';

/**
 * Compares schemas. Every pair of schemas is compared once, however many places use it; the result is
 * a graph that mirrors the references and is closed over cycles.
 */
export class SchemaGraph {
  private readonly pairs = new Map<JsonObject, Map<JsonObject, SchemaPair>>();

  constructor(
    readonly before: Side,
    readonly after: Side,
    readonly dirt: Dirt,
    /** Count as oasdiff does. */
    private readonly field: boolean,
  ) {}

  /** The comparison of two schemas as they are written; undefined when nothing differs. */
  edge(before: Json | undefined, after: Json | undefined, step: Step): Edge | undefined {
    if (this.dirt.same(before, after)) return undefined;
    const old = this.before.resolve(before);
    const now = this.after.resolve(after);
    if (this.dirt.same(old.node, now.node)) return undefined;
    const pair = this.pair(old.node, now.node);
    return {
      step,
      pair,
      ...(old.ref === undefined ? {} : { refBefore: old.ref }),
      ...(now.ref === undefined ? {} : { refAfter: now.ref }),
    };
  }

  /** Whether two schemas have the same content, under whatever name. */
  equal(before: Json | undefined, after: Json | undefined): boolean {
    const old = this.before.resolve(before).node;
    return old === this.after.resolve(after).node && this.dirt.same(old, old);
  }

  private pair(before: JsonObject, after: JsonObject): SchemaPair {
    let row = this.pairs.get(before);
    if (row === undefined) this.pairs.set(before, (row = new Map<JsonObject, SchemaPair>()));
    const known = row.get(after);
    if (known !== undefined) return known;
    const pair: SchemaPair = { before, after, findings: [], children: [] };
    row.set(after, pair);
    this.fill(pair);
    return pair;
  }

  private fill(pair: SchemaPair): void {
    if (this.fillNullMove(pair)) return;
    const inBefore = (value: Json): JsonObject => this.before.resolve(value).node;
    const inAfter = (value: Json): JsonObject => this.after.resolve(value).node;
    if (!this.field && this.inheritsAnew(pair)) {
      const old = flatten(pair.before, inBefore);
      const now = flatten(pair.after, inAfter);
      if (old !== undefined && now !== undefined) Object.assign(pair, { before: old, after: now });
    }
    const { before, after } = pair;
    const wrapped = isWrappedInOneOf(before, after, inAfter);
    if (wrapped)
      pair.findings.push({
        kind: 'wrapped-in-one-of',
        after: after['oneOf'] as Json,
        at: '/oneOf',
        ...(this.field ? { only: 'root' } : {}),
      });
    if (wrapped && !this.field) return;
    const lists = typeListChange(before, after, { before: inBefore, after: inAfter });
    if (lists !== undefined) addTypeLists(pair, lists);
    const add = (finding: Finding): void => {
      if (lists !== undefined && TOLD_BY_LISTS.has(finding.kind)) return;
      pair.findings.push(wrapped ? { ...finding, only: 'inside' } : finding);
    };
    compareKeywords(before, after, add);
    if (!this.field && lists === undefined && isOtherKind(before, after)) {
      // Nothing of the old value is left, so only what it became is told.
      pair.findings = pair.findings.filter(({ kind }) => TOLD_OF_OTHER_KIND.test(kind));
      return;
    }
    this.compareProperties(pair, add);
    this.compareSubschemas(pair, add);
    this.compareMembers(pair, add);
  }

  /** Whether the parts of an `allOf` are not just the old ones, changed perhaps. */
  private inheritsAnew({ before, after }: SchemaPair): boolean {
    const olds = asArray(before['allOf']);
    const news = asArray(after['allOf']);
    if (olds.length + news.length === 0 || this.dirt.same(olds, news)) return false;
    const { added, deleted } = matchMembers(this, olds, news);
    return added.length + deleted.length > 0;
  }

  /** A schema that was wrapped in a choice with null (or unwrapped) is compared without the wrapping. */
  private fillNullMove(pair: SchemaPair): boolean {
    const move = nullMove(pair.before, pair.after);
    if (move === undefined || (this.field && !this.equal(move.before, move.after))) return false;
    pair.findings.push({ kind: move.kind, at: '' });
    this.child(
      pair,
      move.before,
      move.after,
      '',
      wrapperPointer(pair.before, move.before),
      wrapperPointer(pair.after, move.after),
    );
    return true;
  }

  private child(
    pair: SchemaPair,
    before: Json | undefined,
    after: Json | undefined,
    path: string,
    at: string,
    atAfter = at,
  ): void {
    const edge = this.edge(before, after, { path, before: at, after: atAfter });
    if (edge !== undefined) pair.children.push(edge);
  }

  private compareProperties(pair: SchemaPair, add: (finding: Finding) => void): void {
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
          property: this.after.resolve(now).node,
          required: requiredAfter.has(name),
          at,
        });
      } else if (now === undefined) {
        add({
          kind: PROPERTY_REMOVED,
          name,
          before: old,
          property: this.before.resolve(old).node,
          required: requiredBefore.has(name),
          at,
        });
      } else {
        this.child(pair, old, now, name, at);
        this.compareAccess(
          this.before.resolve(old).node,
          this.after.resolve(now).node,
          { name, required: requiredAfter.has(name), at },
          add,
        );
      }
    }
    this.compareRequired(pair, add);
  }

  private compareAccess(
    old: JsonObject,
    now: JsonObject,
    place: { name: string; required: boolean; at: string },
    add: (finding: Finding) => void,
  ): void {
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
  }

  private compareRequired(pair: SchemaPair, add: (finding: Finding) => void): void {
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
        if (old === undefined || current === undefined) continue;
        const property = kind === PROPERTY_REQUIRED ? this.after.resolve(current).node : this.before.resolve(old).node;
        add({ kind, name, property, at: '/required' });
      }
    }
  }

  private compareSubschemas(pair: SchemaPair, add: (finding: Finding) => void): void {
    const { before, after } = pair;
    for (const [keyword, kind] of SINGLE) {
      const old = before[keyword];
      const now = after[keyword];
      if (isObject(old) && isObject(now)) this.child(pair, old, now, keyword, `/${keyword}`);
      else if (old !== now) {
        const move = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
        add({
          kind: `${kind}-${move}`,
          ...(old === undefined ? {} : { before: old }),
          ...(now === undefined ? {} : { after: now }),
          at: `/${keyword}`,
        });
      }
    }
    this.compareAdditional(pair, add);
    for (const [keyword, kind] of KEYED) {
      const olds = asObject(before[keyword]);
      const news = asObject(after[keyword]);
      if (olds === news && this.dirt.same(olds, news)) continue;
      for (const name of Object.keys({ ...olds, ...news }).sort()) {
        const old = own(olds, name);
        const now = own(news, name);
        const at = `/${keyword}/${escapePointer(name)}`;
        if (isObject(old) && isObject(now)) this.child(pair, old, now, `${keyword}[${name}]`, at);
        else if (old !== now) {
          const move = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
          add({
            kind: `${kind}-${move}`,
            name,
            ...(old === undefined ? {} : { before: old }),
            ...(now === undefined ? {} : { after: now }),
            at,
          });
        }
      }
    }
  }

  private compareAdditional(pair: SchemaPair, add: (finding: Finding) => void): void {
    const old = pair.before['additionalProperties'];
    const now = pair.after['additionalProperties'];
    const at = '/additionalProperties';
    if (isObject(old) && isObject(now)) return this.child(pair, old, now, 'additionalProperties', at);
    const from = openness(old);
    const to = openness(now);
    if (from === to) return;
    const kind =
      to === 'closed' ? 'forbidden' : from === 'closed' ? 'allowed' : to === 'limited' ? 'restricted' : 'unrestricted';
    add({ kind: `additional-properties-${kind}`, at });
  }

  /** allOf, anyOf, oneOf and prefixItems: members are matched by what they are, not where they stand. */
  private compareMembers(pair: SchemaPair, add: (finding: Finding) => void): void {
    for (const [keyword, kind] of MEMBERS) {
      const olds = asArray(pair.before[keyword]);
      const news = asArray(pair.after[keyword]);
      if (olds === news && this.dirt.same(olds, news)) continue;
      if (olds.length === 0 && news.length === 0) continue;
      const match = matchMembers(this, olds, news);
      for (const [oldIndex, newIndex] of match.modified) {
        const label = memberLabel(news[newIndex], newIndex);
        this.child(
          pair,
          olds[oldIndex],
          news[newIndex],
          `${keyword}[${label}]`,
          `/${keyword}/${oldIndex}`,
          `/${keyword}/${newIndex}`,
        );
      }
      for (const index of match.deleted) {
        add({
          kind: `${kind}-removed${this.note(keyword, this.before, olds[index])}`,
          before: olds[index] as Json,
          at: `/${keyword}`,
        });
      }
      for (const index of match.added) {
        add({
          kind: `${kind}-added${this.note(keyword, this.after, news[index])}`,
          after: news[index] as Json,
          at: `/${keyword}`,
        });
      }
    }
  }

  private note(keyword: string, side: Side, member: Json | undefined): string {
    return keyword === 'allOf' && isAnnotationOnly(side.resolve(member).node) ? '-annotation-only' : '';
  }
}

const TOLD_OF_OTHER_KIND =
  /^(type|became-(not-)?nullable|description-changed|title-changed|deprecated-changed|stability-changed)$/;

/** Whether no value can be of both: their types have nothing in common. */
function isOtherKind(before: JsonObject, after: JsonObject): boolean {
  const old = typesOf(before).map((type) => (type === 'integer' ? 'number' : type));
  const now = typesOf(after).map((type) => (type === 'integer' ? 'number' : type));
  return old.length > 0 && now.length > 0 && !old.some((type) => now.includes(type));
}

/** What a change between a type and a choice of types already says. */
const TOLD_BY_LISTS = new Set([TYPE, 'one-of-added', 'one-of-removed', 'any-of-added', 'any-of-removed']);

function addTypeLists(pair: SchemaPair, { added, deleted }: TypeListChange): void {
  pair.findings.push({ kind: TYPE_LIST, before: deleted, after: added, at: '' });
}

/** Where the wrapped schema stands in its wrapper; empty when it is not wrapped. */
function wrapperPointer(schema: JsonObject, inner: Json): string {
  if (schema === inner) return '';
  for (const keyword of ['oneOf', 'anyOf']) {
    const index = asArray(schema[keyword]).indexOf(inner);
    if (index !== -1) return `/${keyword}/${index}`;
  }
  return '';
}

const SINGLE: Array<[keyword: string, kind: string]> = [
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
];

const KEYED: Array<[keyword: string, kind: string]> = [
  ['patternProperties', 'pattern-property'],
  ['dependentSchemas', 'dependent-schema'],
  ['dependentRequired', 'dependent-required'],
];

const MEMBERS: Array<[keyword: string, kind: string]> = [
  ['allOf', 'all-of'],
  ['anyOf', 'any-of'],
  ['oneOf', 'one-of'],
  ['prefixItems', 'prefix-items'],
];

function openness(value: Json | undefined): 'open' | 'closed' | 'limited' {
  if (value === false) return 'closed';
  return isObject(value) && Object.keys(value).length > 0 ? 'limited' : 'open';
}

/** How a member of a oneOf and such is named to people: its component, its title, or its place. */
export function memberLabel(member: Json | undefined, index: number): string {
  if (isReference(member)) return member.$ref.slice(member.$ref.lastIndexOf('/') + 1);
  return asString(asObject(member)['title']) ?? `#${index + 1}`;
}

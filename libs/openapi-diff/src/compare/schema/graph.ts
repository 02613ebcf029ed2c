import { asArray, isObject, type Json, type JsonObject } from '../../json.js';
import type { Dirt, Side } from '../side.js';
import { MAX_ITEMS_OF_ITEMS, TYPE, TYPE_LIST, type Edge, type Finding, type SchemaPair, type Step } from './finding.js';
import { alignContent } from './content-forms.js';
import { Equivalence } from './equivalence.js';
import { fieldMoves } from './field-moves.js';
import { compareKeywords } from './keywords.js';
import { flatten } from './flatten.js';
import { matchMembers } from './members.js';
import { compareProperties } from './properties.js';
import { compareMembers, compareSubschemas } from './subschemas.js';
import { typesOf, writtenTypes } from './types.js';
import type { SchemaWalk } from './walk.js';
import { isWrappedInOneOf, nullMove, typeListChange, type TypeListChange } from './wrapping.js';

/**
 * Compares schemas. Every pair of schemas is compared once, however many places use it; the result is
 * a graph that mirrors the references and is closed over cycles.
 */
export class SchemaGraph implements SchemaWalk {
  readonly #pairs = new Map<JsonObject, Map<JsonObject, SchemaPair>>();
  readonly #unfilled: SchemaPair[] = [];
  #filling = false;
  readonly #equivalence: Equivalence;

  constructor(
    readonly before: Side,
    readonly after: Side,
    readonly dirt: Dirt,
    /** Count as oasdiff does. */
    readonly field: boolean,
  ) {
    this.#equivalence = new Equivalence(before, after, dirt);
  }

  equivalent(before: Json | undefined, after: Json | undefined): boolean {
    return this.#equivalence.holds(before, after);
  }

  /** The comparison of two schemas as they are written; undefined when nothing differs. */
  edge(before: Json | undefined, after: Json | undefined, step: Step): Edge | undefined {
    if (this.dirt.same(before, after)) return undefined;
    const old = this.before.resolve(before);
    const now = this.after.resolve(after);
    if (this.dirt.same(old.node, now.node)) return undefined;
    const pair = this.#pair(old.node, now.node);
    this.#fillAll();
    return {
      step,
      pair,
      ...(old.ref === undefined ? {} : { refBefore: old.ref }),
      ...(now.ref === undefined ? {} : { refAfter: now.ref }),
    };
  }

  #pair(before: JsonObject, after: JsonObject): SchemaPair {
    let row = this.#pairs.get(before);
    if (row === undefined) this.#pairs.set(before, (row = new Map<JsonObject, SchemaPair>()));
    const known = row.get(after);
    if (known !== undefined) return known;
    const pair: SchemaPair = { before, after, findings: [], children: [] };
    row.set(after, pair);
    this.#unfilled.push(pair);
    return pair;
  }

  /** One after the other, not one inside the other: references may lead on for thousands of schemas. */
  #fillAll(): void {
    if (this.#filling) return;
    this.#filling = true;
    for (let pair = this.#unfilled.pop(); pair !== undefined; pair = this.#unfilled.pop()) this.#fill(pair);
    this.#filling = false;
  }

  #fill(pair: SchemaPair): void {
    if (this.field) return this.#fillAsField(pair);
    if (this.#fillNullMove(pair)) return;
    const inBefore = (value: Json): JsonObject => this.before.resolve(value).node;
    const inAfter = (value: Json): JsonObject => this.after.resolve(value).node;
    Object.assign(pair, alignContent(pair.before, pair.after));
    if (this.#inheritsAnew(pair)) {
      const old = flatten(pair.before, inBefore);
      const now = flatten(pair.after, inAfter);
      if (old !== undefined && now !== undefined) Object.assign(pair, { before: old, after: now });
    }
    const { before, after } = pair;
    if (isWrappedInOneOf(before, after, inAfter)) {
      pair.findings.push({ kind: 'wrapped-in-one-of', after: after['oneOf'] as Json, at: '/oneOf' });
      return;
    }
    const lists = typeListChange(before, after, { before: inBefore, after: inAfter });
    if (lists !== undefined) addTypeLists(pair, lists);
    const add = (finding: Finding): void => {
      if (lists === undefined || !TOLD_BY_LISTS.has(finding.kind)) pair.findings.push(finding);
    };
    compareKeywords(before, after, add, false);
    if (lists === undefined && isOtherKind(before, after)) {
      // Nothing of the old value is left, so only what it became is told.
      pair.findings = pair.findings.filter(({ kind }) => TOLD_OF_OTHER_KIND.test(kind));
      return;
    }
    this.#fillInside(pair, add);
  }

  #fillAsField(pair: SchemaPair): void {
    const { before, after } = pair;
    const moves = fieldMoves(before, after, this);
    pair.findings.push(...moves.told);
    const wrapsOne = this.#wrapsOne(before, after);
    const add = (finding: Finding): void => {
      if (!moves.tells(finding)) pair.findings.push(finding.kind === TYPE ? { ...finding, ...wrapsOne } : finding);
    };
    compareKeywords(before, after, add, true);
    const old = this.before.resolve(before['items']).node['maxItems'];
    const now = this.after.resolve(after['items']).node['maxItems'];
    if (before['maxItems'] === after['maxItems'] && old !== now && old !== undefined && now !== undefined)
      add({ kind: MAX_ITEMS_OF_ITEMS, before: old, after: now, at: '/items' });
    this.#fillInside(pair, add);
  }

  /** The types of what is listed now, when that is limited as the value itself was. */
  #wrapsOne(before: JsonObject, after: JsonObject): { wrapsOne?: string[] } {
    const isList = (schema: JsonObject): boolean => writtenTypes(schema).includes('array');
    if (isList(before) || !isList(after) || !isObject(after['items'])) return {};
    const items = this.after.resolve(after['items']).node;
    const limits = ({ type: _type, nullable: _nullable, ...rest }: JsonObject): JsonObject => rest;
    return this.equivalent(limits(before), limits(items)) ? { wrapsOne: typesOf(items) } : {};
  }

  #fillInside(pair: SchemaPair, add: (finding: Finding) => void): void {
    compareProperties(this, pair, add);
    compareSubschemas(this, pair, add);
    compareMembers(this, pair, add);
  }

  /** Whether the parts of an `allOf` are not just the old ones, changed perhaps. */
  #inheritsAnew({ before, after }: SchemaPair): boolean {
    const olds = asArray(before['allOf']);
    const news = asArray(after['allOf']);
    if (olds.length + news.length === 0 || this.dirt.same(olds, news)) return false;
    const { added, deleted } = matchMembers(this, olds, news);
    return added.length + deleted.length > 0;
  }

  /** A schema that was wrapped in a choice with null (or unwrapped) is compared without the wrapping. */
  #fillNullMove(pair: SchemaPair): boolean {
    const move = nullMove(pair.before, pair.after);
    if (move === undefined) return false;
    if (move.kind !== undefined) pair.findings.push({ kind: move.kind, at: '' });
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

  child(
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
}

const TOLD_OF_OTHER_KIND =
  /^(type|became-(not-)?nullable|description-changed|title-changed|deprecated-changed|stability-changed)$/;

/** Whether no value can be of both: their types have nothing in common. */
const isOtherKind = (before: JsonObject, after: JsonObject): boolean => {
  const old = typesOf(before).map((type) => (type === 'integer' ? 'number' : type));
  const now = typesOf(after).map((type) => (type === 'integer' ? 'number' : type));
  return old.length > 0 && now.length > 0 && !old.some((type) => now.includes(type));
};

/** What a change between a type and a choice of types already says. */
const TOLD_BY_LISTS = new Set([TYPE, 'one-of-added', 'one-of-removed', 'any-of-added', 'any-of-removed']);

const addTypeLists = (pair: SchemaPair, { added, deleted }: TypeListChange): void => {
  pair.findings.push({ kind: TYPE_LIST, before: deleted, after: added, at: '' });
};

/** Where the wrapped schema stands in its wrapper; empty when it is not wrapped. */
const wrapperPointer = (schema: JsonObject, inner: Json): string => {
  if (schema === inner) return '';
  for (const keyword of ['oneOf', 'anyOf']) {
    const index = asArray(schema[keyword]).indexOf(inner);
    if (index !== -1) return `/${keyword}/${index}`;
  }
  return '';
};

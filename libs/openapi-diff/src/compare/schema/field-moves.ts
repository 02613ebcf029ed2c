import { asArray, asObject, type Json, type JsonObject } from '../../json.js';
import { PROPERTY_REMOVED, TYPE_LIST, type Finding } from './finding.js';
import { isWordsBut } from './equivalence.js';
import { allowsNull, typesOf, writtenTypes } from './types.js';
import type { SchemaWalk } from './walk.js';
import { isWrappedInOneOf, typeListChange } from './wrapping.js';

/** What oasdiff tells of two schemas in one, and whether that says a finding already. */
export interface FieldMoves {
  readonly told: Finding[];
  tells(finding: Finding): boolean;
}

/** What a finding is about; what stands in no row is never told by something else. */
const SUBJECTS: [subject: string, kinds: RegExp][] = [
  ['type', /^(type|type-list|content-encoding-changed|content-media-type-changed)$/],
  ['values', /^(enum-|became-enum|became-not-enum|const-|default-|x-extensible-)/],
  ['existence', /^(property-added|property-removed|content-schema-)/],
  ['requiredness', /^(property-required|property-optional)$/],
  ['structure', /^(all-of|any-of|one-of|wrapped|prefix-items|contains|property-names|unevaluated|discriminator)-/],
  ['structure', /^(if|then|else|dependent-required|dependent-schema)-/],
  ['limits', /^(max|min|exclusive|pattern|multiple-of|unique-items)-/],
];

const ALL = new Set(['type', 'values', 'existence', 'requiredness', 'structure', 'limits']);
const SHAPE = new Set(['type', 'structure']);
const ONLY_TYPE = new Set(['type']);
const NOTHING: ReadonlySet<string> = new Set();

/** Wrappings with null, in alternatives, in a choice of plain types; and a type that only got or lost null. */
export const fieldMoves = (before: JsonObject, after: JsonObject, walk: SchemaWalk): FieldMoves => {
  const wrapping = nullWrapping(before, after, walk);
  const told: Finding[] = [];
  if (wrapping !== undefined) {
    told.push({ kind: wrapping, at: '' });
    return { told, tells: ({ kind }) => ALL.has(subjectOf(kind)) };
  }
  const nullability = nullabilityOf(before, after);
  if (nullability !== undefined)
    told.push({ kind: nullability, at: before['nullable'] === after['nullable'] ? '/type' : '/nullable' });
  const resolve = {
    before: (value: Json): JsonObject => walk.before.resolve(value).node,
    after: (value: Json): JsonObject => walk.after.resolve(value).node,
  };
  if (isWrappedInOneOf(before, after, resolve.after)) {
    told.push({ kind: 'wrapped-in-one-of', after: after['oneOf'] as Json, at: '/oneOf', only: 'root' });
    // Below the root there is no rule for it: the new alternatives tell it.
    told.push({ kind: 'one-of-added', after: after['oneOf'] as Json, at: '/oneOf', only: 'inside' });
    const moved = new Set(
      asArray(after['oneOf']).flatMap((each) => Object.keys(asObject(resolve.after(each)['properties']))),
    );
    return {
      told,
      tells: ({ kind, name }) =>
        SHAPE.has(subjectOf(kind)) || (kind === PROPERTY_REMOVED && name !== undefined && moved.has(name)),
    };
  }
  const lists = typeListChange(before, after, resolve);
  if (lists !== undefined) told.push({ kind: TYPE_LIST, before: lists.deleted, after: lists.added, at: '' });
  const covered = lists !== undefined ? SHAPE : isOnlyNull(before, after) ? ONLY_TYPE : NOTHING;
  return { told, tells: ({ kind }) => covered.has(subjectOf(kind)) };
};

const subjectOf = (kind: string): string => SUBJECTS.find(([, kinds]) => kinds.test(kind))?.[0] ?? '';

/** `oneOf` of null and what the other side is, without a word more. */
const nullWrapping = (before: JsonObject, after: JsonObject, walk: SchemaWalk): Nullability | undefined => {
  const added = plainInWrapper(before, after, (value) => walk.after.resolve(value).node);
  if (added !== undefined && walk.equivalent(before, added)) return 'became-nullable';
  const removed = plainInWrapper(after, before, (value) => walk.before.resolve(value).node);
  return removed !== undefined && walk.equivalent(removed, after) ? 'became-not-nullable' : undefined;
};

const plainInWrapper = (
  plain: JsonObject,
  wrapper: JsonObject,
  resolve: (value: Json) => JsonObject,
): Json | undefined => {
  const members = asArray(wrapper['oneOf']);
  if (members.length !== 2 || !isWordsBut(wrapper, 'oneOf') || allowsNull(plain) || plain['not'] !== undefined)
    return undefined;
  if (['oneOf', 'anyOf', 'allOf'].some((key) => asArray(plain[key]).length > 0)) return undefined;
  const rest = members.filter((member) => {
    const node = resolve(member);
    return node['type'] !== 'null' || !isWordsBut(node, 'type');
  });
  return rest.length === 1 ? rest[0] : undefined;
};

type Nullability = 'became-nullable' | 'became-not-nullable';

/** By the word of OpenAPI 3.0 first, then by the list of types; without a type anything is allowed. */
const nullabilityOf = (before: JsonObject, after: JsonObject): Nullability | undefined => {
  const was = before['nullable'] === true;
  const is = after['nullable'] === true;
  if (was !== is) return is ? 'became-nullable' : 'became-not-nullable';
  const olds = writtenTypes(before);
  const news = writtenTypes(after);
  if (olds.includes('null') && !news.includes('null') && news.length > 0) return 'became-not-nullable';
  return news.includes('null') && !olds.includes('null') && olds.length > 0 ? 'became-nullable' : undefined;
};

const isOnlyNull = (before: JsonObject, after: JsonObject): boolean => {
  const plain = (schema: JsonObject): string => typesOf(schema).sort().join();
  const differ = writtenTypes(before).includes('null') !== writtenTypes(after).includes('null');
  return differ && plain(before) === plain(after) && (before['format'] ?? '') === (after['format'] ?? '');
};

import type { Both } from '../../../both.js';
import { asArray, asObject, type Json, type JsonObject } from '../../../json.js';
import { PROPERTY_REMOVED, TYPE_LIST, type Finding } from '../../schema/finding.js';
import { allowsNull, typesOf, writtenTypes } from '../../schema/types.js';
import type { SchemaWalk } from '../../schema/walk.js';
import { isWrappedInOneOf, typeListChange } from '../../schema/wrapping.js';
import type { Side } from '../../side.js';
import { isWordsBut, type Equivalence } from './equivalence.js';
import { WRAPPED } from './judges.js';

/** What is reported of two schemas as a whole, and whether that says another finding already. */
export interface Moves {
  readonly findings: readonly Finding[];
  say(finding: Finding): boolean;
}

/** What a finding is about; what stands in no row is never said by something else. */
const SUBJECTS: readonly (readonly [subject: string, kinds: RegExp])[] = [
  ['type', /^(type|type-list|content-encoding-changed|content-media-type-changed)$/],
  ['values', /^(enum-|became-enum|became-not-enum|const-|default-|x-extensible-)/],
  ['existence', /^(property-added|property-removed|content-schema-)/],
  ['requiredness', /^(property-required|property-optional)$/],
  ['structure', /^(all-of|any-of|one-of|wrapped|prefix-items|contains|property-names|unevaluated|discriminator)-/],
  ['structure', /^(if|then|else|dependent-required|dependent-schema)-/],
  ['limits', /^(max|min|exclusive|pattern|multiple-of|unique-items)-/],
];

const subjectOf = (kind: string): string => SUBJECTS.find(([, kinds]) => kinds.test(kind))?.[0] ?? '';

const ALL: ReadonlySet<string> = new Set(SUBJECTS.map(([subject]) => subject));
const SHAPE: ReadonlySet<string> = new Set(['type', 'structure']);
const ONLY_TYPE: ReadonlySet<string> = new Set(['type']);
const NOTHING: ReadonlySet<string> = new Set();

/** Wrappings with null, in alternatives, in a choice of plain types; and a type that only gained or lost null. */
export const movesOf = (schemas: Both<JsonObject>, walk: SchemaWalk, equivalence: Equivalence): Moves => {
  const { before, after } = schemas;
  const saying = (findings: readonly Finding[], subjects: ReadonlySet<string>): Moves => ({
    findings,
    say: ({ kind }) => subjects.has(subjectOf(kind)),
  });
  const wrapping = nullWrapping(schemas, walk, equivalence);
  if (wrapping !== undefined) return saying([{ kind: wrapping }], ALL);
  const findings: Finding[] = [];
  const nullability = nullabilityOf(schemas);
  if (nullability !== undefined)
    findings.push({ kind: nullability, at: before['nullable'] === after['nullable'] ? '/type' : '/nullable' });
  if (isWrappedInOneOf(schemas, walk.after)) {
    findings.push({ kind: WRAPPED, after: after['oneOf'] as Json, at: '/oneOf' });
    const alternatives = asArray(after['oneOf']).map((each) => asObject(walk.after.nodeOf(each)['properties']));
    const moved = new Set(alternatives.flatMap(Object.keys));
    return {
      findings,
      say: ({ kind, name }) =>
        SHAPE.has(subjectOf(kind)) || (kind === PROPERTY_REMOVED && name !== undefined && moved.has(name)),
    };
  }
  const lists = typeListChange(schemas, walk);
  if (lists === undefined) return saying(findings, isOnlyNull(schemas) ? ONLY_TYPE : NOTHING);
  return saying([...findings, { kind: TYPE_LIST, before: lists.deleted, after: lists.added }], SHAPE);
};

type Nullability = 'became-nullable' | 'became-not-nullable';

/** `oneOf` of null and what the other side is, without a word more. */
const nullWrapping = (
  { before, after }: Both<JsonObject>,
  walk: SchemaWalk,
  equivalence: Equivalence,
): Nullability | undefined => {
  const added = plainInWrapper(before, after, walk.after);
  if (added !== undefined && equivalence.holds(before, added)) return 'became-nullable';
  const removed = plainInWrapper(after, before, walk.before);
  return removed !== undefined && equivalence.holds(removed, after) ? 'became-not-nullable' : undefined;
};

/** `side` is the one of the wrapper. */
const plainInWrapper = (plain: JsonObject, wrapper: JsonObject, side: Side): Json | undefined => {
  const members = asArray(wrapper['oneOf']);
  if (members.length !== 2 || !isWordsBut(wrapper, 'oneOf') || allowsNull(plain) || plain['not'] !== undefined)
    return undefined;
  if (['oneOf', 'anyOf', 'allOf'].some((key) => asArray(plain[key]).length > 0)) return undefined;
  const rest = members.filter((member) => {
    const node = side.nodeOf(member);
    return node['type'] !== 'null' || !isWordsBut(node, 'type');
  });
  return rest.length === 1 ? rest[0] : undefined;
};

/** By the word of OpenAPI 3.0 first, then by the list of types; without a type anything is allowed. */
const nullabilityOf = ({ before, after }: Both<JsonObject>): Nullability | undefined => {
  const isNullable = after['nullable'] === true;
  if ((before['nullable'] === true) !== isNullable) return isNullable ? 'became-nullable' : 'became-not-nullable';
  const [from, to] = [writtenTypes(before), writtenTypes(after)];
  if (from.includes('null') && !to.includes('null') && to.length > 0) return 'became-not-nullable';
  return to.includes('null') && !from.includes('null') && from.length > 0 ? 'became-nullable' : undefined;
};

const isOnlyNull = ({ before, after }: Both<JsonObject>): boolean => {
  const plain = (schema: JsonObject): string => typesOf(schema).sort().join();
  const isNullMoved = writtenTypes(before).includes('null') !== writtenTypes(after).includes('null');
  return isNullMoved && plain(before) === plain(after) && (before['format'] ?? '') === (after['format'] ?? '');
};

import { isObject, type Json, type JsonObject } from '../../../json.js';
import type { SchemaDialect } from '../../schema/dialect.js';
import { TYPE, type Add, type SchemaPair } from '../../schema/finding.js';
import { compareKeywords } from '../../schema/keywords.js';
import { Matcher } from '../../schema/members.js';
import { compareProperties } from '../../schema/properties.js';
import { compareMembers, compareSubschemas, type Reading } from '../../schema/subschemas.js';
import { typesOf, writtenTypes } from '../../schema/types.js';
import type { SchemaWalk } from '../../schema/walk.js';
import { Equivalence, isWordsBut } from './equivalence.js';
import { MAX_ITEMS_OF_ITEMS, rulesOf } from './judges.js';
import { movesOf } from './moves.js';
import { compareValues } from './values.js';

/** Schemas as oasdiff compares them. */
export const schemas: SchemaDialect = {
  comparer: (walk) => {
    const equivalence = new Equivalence(walk);
    const reading = readingBy(equivalence);
    return (pair) => compareSchemas(walk, pair, equivalence, reading);
  },
  rulesOf,
  hidesOneWay: false,
  reentersComponents: false,
};

const readingBy = (equivalence: Equivalence): Reading => ({
  // A yes or no in the place of a schema does not count.
  schemaOf: (value) => (isObject(value) ? value : undefined),
  // The places of a tuple are a set, too; of several members with one title only the first is matched by it.
  matchMembers: (walk, _, before, after) => {
    const match = new Matcher(walk, { before, after });
    match.byName();
    match.byTitle(true);
    match.onlyOnes();
    match.acrossReferences((member, other) => equivalence.holds(member, other));
    return match;
  },
  isAnnotation: (schema) => isWordsBut(schema),
});

const compareSchemas = (walk: SchemaWalk, pair: SchemaPair, equivalence: Equivalence, reading: Reading): void => {
  const moves = movesOf(pair, walk, equivalence);
  pair.findings.push(...moves.findings);
  const itemTypes = itemTypesOf(pair, walk, equivalence);
  const add: Add = (finding) => {
    if (!moves.say(finding)) pair.findings.push(finding.kind === TYPE ? { ...finding, ...itemTypes } : finding);
  };
  compareValues(pair, add);
  compareKeywords(pair, add);
  compareItemBounds(pair, walk, add);
  compareProperties(walk, pair, add);
  compareSubschemas(walk, pair, add, reading);
  compareMembers(walk, pair, add, reading);
};

const compareItemBounds = ({ before, after }: SchemaPair, walk: SchemaWalk, add: Add): void => {
  const bounds = {
    before: walk.before.nodeOf(before['items'])['maxItems'],
    after: walk.after.nodeOf(after['items'])['maxItems'],
  };
  const isChanged = bounds.before !== bounds.after && bounds.before !== undefined && bounds.after !== undefined;
  if (before['maxItems'] === after['maxItems'] && isChanged)
    add({ kind: MAX_ITEMS_OF_ITEMS, before: bounds.before as Json, after: bounds.after as Json, at: '/items' });
};

/** The types of what is listed now, when that is limited as the value itself was. */
const itemTypesOf = (
  { before, after }: SchemaPair,
  walk: SchemaWalk,
  equivalence: Equivalence,
): { itemTypes?: readonly string[] } => {
  const isList = (schema: JsonObject): boolean => writtenTypes(schema).includes('array');
  if (isList(before) || !isList(after) || !isObject(after['items'])) return {};
  const items = walk.after.nodeOf(after['items']);
  const limits = ({ type: _type, nullable: _nullable, ...rest }: JsonObject): JsonObject => rest;
  return equivalence.holds(limits(before), limits(items)) ? { itemTypes: typesOf(items) } : {};
};

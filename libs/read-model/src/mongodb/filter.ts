import type { Filter } from 'mongodb';
import { scalarTypes, type Order, type ScalarType, type Test, type Where } from '../query.js';
import type { StoredDocument } from './stored-document.js';

/** The filter for checked conditions; every value follows an operator, so none is ever taken for one. */
export function toFilter(where: Where): Filter<StoredDocument> {
  // A field may have several conditions: each is a filter of its own.
  const all: object[] = where.map(([field, test]) => ({ [pathOf(field)]: toOperators(test) }));
  // Tombstones have no fields: a condition that a missing field does not meet already excludes them.
  if (!where.some(([field, test]) => field !== 'id' && !holdsForNull(test))) all.push({ goneAt: { $exists: false } });
  return { $and: all } as Filter<StoredDocument>;
}

/** A sort, or the keys of an index. */
export const toSort = (order: Order): [string, 1 | -1][] =>
  order.map(([field, direction]) => [pathOf(field), direction === 'asc' ? 1 : -1]);

export function pathOf(field: string): string {
  return field === 'id' ? '_id' : `fields.${field}`;
}

function toOperators(test: Test): object {
  if (test.kind === 'equals') return { $eq: test.value };
  if (test.kind === 'in') return { $in: test.values };
  if (test.kind === 'types') return ofTypes(test.types);
  return Object.fromEntries(test.bounds.map(([operator, value]) => [`$${operator}`, value]));
}

function holdsForNull(test: Test): boolean {
  if (test.kind === 'equals') return test.value === null;
  if (test.kind === 'types') return test.types.includes('null');
  return test.kind === 'in' && test.values.includes(null);
}

const bsonTypes: Readonly<Record<Exclude<ScalarType, 'null'>, string>> = {
  number: 'number',
  string: 'string',
  boolean: 'bool',
};

/** A missing field counts as null, but has no type. */
function ofTypes(types: readonly ScalarType[]): object {
  const named = (some: readonly ScalarType[]) => some.flatMap((type) => (type === 'null' ? [] : [bsonTypes[type]]));
  if (!types.includes('null')) return { $type: named(types) };
  return types.length === 1
    ? { $eq: null }
    : { $not: { $type: named(scalarTypes.filter((one) => !types.includes(one))) } };
}

import type { Filter, Sort } from 'mongodb';
import type { Plan, Test, Where } from '../query.js';
import type { StoredDocument } from './connection.js';

/** The filter for checked conditions; every value follows an operator, so none is ever taken for one. */
export function toFilter(where: Where): Filter<StoredDocument> {
  const filter: Record<string, object> = {};
  for (const [field, test] of where) filter[pathOf(field)] = toOperators(test);
  // Tombstones have no fields: a condition that a missing field does not meet already excludes them.
  if (!where.some(([field, test]) => field !== 'id' && !holdsForNull(test))) filter.goneAt = { $exists: false };
  return filter as Filter<StoredDocument>;
}

export function toSort(sort: Plan['sort']): Sort {
  const keys = sort.map(([field, direction]): [string, 1 | -1] => [pathOf(field), direction === 'asc' ? 1 : -1]);
  return keys.some(([path]) => path === '_id') ? keys : [...keys, ['_id', 1]];
}

export function pathOf(field: string): string {
  return field === 'id' ? '_id' : `fields.${field}`;
}

function toOperators(test: Test): object {
  if (test.kind === 'equals') return { $eq: test.value };
  if (test.kind === 'in') return { $in: test.values };
  return Object.fromEntries(test.bounds.map(([operator, value]) => [`$${operator}`, value]));
}

function holdsForNull(test: Test): boolean {
  if (test.kind === 'equals') return test.value === null;
  return test.kind === 'in' && test.values.includes(null);
}

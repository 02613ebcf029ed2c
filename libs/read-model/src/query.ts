import type { Query, Range, Scalar, ViewDefinition, ViewDocument } from './port.js';

/** The part of a definition that an adapter needs, for any document type. */
export interface AnyDefinition {
  readonly name: string;
  readonly version: number;
  readonly indexes: readonly (readonly string[])[];
}

/** A condition in one of three forms; every value is a scalar that an adapter binds, never interprets. */
export type Test =
  | { readonly kind: 'equals'; readonly value: Scalar }
  | { readonly kind: 'in'; readonly values: readonly Scalar[] }
  | { readonly kind: 'range'; readonly bounds: readonly Bound[] };
export type Bound = readonly [operator: 'gt' | 'gte' | 'lt' | 'lte', value: string | number];
export type Where = readonly (readonly [field: string, test: Test])[];

/** A checked query: known fields, scalar values, valid paging. */
export interface Plan {
  readonly where: Where;
  readonly sort: readonly (readonly [field: string, direction: 'asc' | 'desc'])[];
  readonly limit: number;
  readonly offset: number;
}

const MAX_LIST = 10_000;
const operators = ['gt', 'gte', 'lt', 'lte'] as const;

/** The fields that can be queried besides `id`: those that an index names. */
export function indexedFields(definition: AnyDefinition): string[] {
  const fields = new Set(definition.indexes.flat());
  fields.delete('id');
  for (const field of fields) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(field)) {
      throw new TypeError(`${definition.name}: the indexed field "${field}" must be letters, digits and _`);
    }
  }
  return [...fields];
}

/** The value of a field in a query: only scalars can be found; anything else counts as missing. */
export function scalar(value: unknown): Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) ? (value as Scalar) : null;
}

/** @throws TypeError naming the field · RangeError naming the number */
export function plan<D extends ViewDocument>(definition: ViewDefinition<D>, query: Query<D>): Plan {
  const { page = 1, perPage = 50, sort = [] } = query;
  if (!Number.isSafeInteger(page) || page < 1) throw new RangeError(`page must be a whole number from 1, got ${page}`);
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > 1000) {
    throw new RangeError(`perPage must be a whole number from 1 to 1000, got ${perPage}`);
  }
  if (sort.length > 2) throw new RangeError(`sort takes at most two fields, got ${sort.length}`);
  for (const [field, direction] of sort) {
    checkField(definition, field);
    if (direction !== 'asc' && direction !== 'desc') throw new TypeError(`sort by ${field}: expected asc or desc`);
  }
  return { where: conditions(definition, query.where), sort, limit: perPage, offset: (page - 1) * perPage };
}

/** @throws TypeError naming the field */
export function conditions<D extends ViewDocument>(definition: ViewDefinition<D>, where: Query<D>['where']): Where {
  return Object.entries(where ?? {}).map(([field, condition]) => {
    checkField(definition, field);
    return [field, toTest(field, condition)] as const;
  });
}

function checkField(definition: AnyDefinition, field: string): void {
  if (field === 'id' || definition.indexes.some((index) => index.includes(field))) return;
  throw new TypeError(`${definition.name} cannot be queried by "${field}": no index names that field`);
}

function toTest(field: string, condition: unknown): Test {
  if (isScalar(condition)) return { kind: 'equals', value: condition };
  // An undefined condition would silently match everything: a tenant filter must never be lost that way.
  if (typeof condition !== 'object' || condition === null || Object.keys(condition).length === 0) {
    throw new TypeError(`where.${field}: expected a scalar, { in } or a range, got ${String(condition)}`);
  }
  if ('in' in condition) return { kind: 'in', values: listOf(field, condition.in) };
  return { kind: 'range', bounds: boundsOf(field, condition as Range) };
}

function listOf(field: string, values: unknown): Scalar[] {
  if (!Array.isArray(values) || !values.every(isScalar))
    throw new TypeError(`where.${field}.in: expected a list of scalars`);
  if (values.length > MAX_LIST)
    throw new RangeError(`where.${field}.in: at most ${MAX_LIST} values, got ${values.length}`);
  return values;
}

function boundsOf(field: string, range: Range): Bound[] {
  return Object.entries(range).map(([operator, value]) => {
    if (!operators.includes(operator as Bound[0])) {
      throw new TypeError(`where.${field}: expected in, gt, gte, lt or lte, got "${operator}"`);
    }
    if (typeof value !== 'string' && !Number.isFinite(value)) {
      throw new TypeError(`where.${field}.${operator}: expected a string or a finite number`);
    }
    return [operator as Bound[0], value as string | number];
  });
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

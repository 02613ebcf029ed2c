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
  | { readonly kind: 'types'; readonly types: readonly ScalarType[] }
  | { readonly kind: 'range'; readonly bounds: readonly Bound[] };
export type Bound = readonly [operator: 'gt' | 'gte' | 'lt' | 'lte', value: string | number];
export type Where = readonly (readonly [field: string, test: Test])[];
export type Order = readonly (readonly [field: string, direction: 'asc' | 'desc'])[];

/** The types of scalars in the order in which they sort. */
export const scalarTypes = ['null', 'number', 'string', 'boolean'] as const;
export type ScalarType = (typeof scalarTypes)[number];

const MAX_LIST = 10_000;
const operators = ['gt', 'gte', 'lt', 'lte'] as const;

/** The fields that can be queried besides `id`: those that an index names. */
export function indexedFields(definition: AnyDefinition): string[] {
  const fields = new Set(definition.indexes.flat().map((key) => orderOf(key)[0]));
  fields.delete('id');
  for (const field of fields) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(field)) {
      throw new TypeError(`${definition.name}: the indexed field "${field}" must be letters, digits and _`);
    }
  }
  return [...fields];
}

/** The field and direction of an index's key. */
export const orderOf = (key: string): Order[number] => (key.startsWith('-') ? [key.slice(1), 'desc'] : [key, 'asc']);

/** The keys of an index; they end in the id, which breaks ties in the direction of the last key. */
export const indexKeys = (index: readonly string[]): Order => withId(index.map(orderOf));

export const withId = (order: Order): Order =>
  order.some(([field]) => field === 'id') ? order : [...order, ['id', order.at(-1)?.[1] ?? 'asc']];

/** The value of a field in a query: only scalars can be found; anything else counts as missing. */
export function scalar(value: unknown): Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) ? (value as Scalar) : null;
}

/** @throws TypeError naming the field */
export function conditions<D extends ViewDocument>(definition: ViewDefinition<D>, where: Query<D>['where']): Where {
  return Object.entries(where ?? {}).map(([field, condition]) => {
    checkField(definition, field);
    return [field, toTest(field, condition)] as const;
  });
}

/** @throws TypeError */
export function checkField(definition: AnyDefinition, field: string): void {
  if (field === 'id' || definition.indexes.some((index) => index.some((key) => orderOf(key)[0] === field))) return;
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

export function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

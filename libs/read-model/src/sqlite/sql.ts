import type { SQLInputValue } from 'node:sqlite';
import { scalar, type Bound, type Order, type ScalarType, type Test, type Where } from '../query.js';
import type { Scalar } from '../port.js';

/** SQL text and the values bound to its question marks. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SQLInputValue[];
}

// As in MongoDB, types do not mix: null < numbers < strings < booleans. SQLite orders null < numbers < text < blobs,
// so a boolean is stored as a blob of one byte.
const TRUE = Buffer.from([1]);
const FALSE = Buffer.from([0]);

/** A field's value as it is stored in its column. */
export function toColumn(value: unknown): SQLInputValue {
  const simple = scalar(value);
  return typeof simple === 'boolean' ? (simple ? TRUE : FALSE) : simple;
}

/** The SQL for a field: its column, or, in a generation built before the field was indexed, its path in the JSON. */
export function columnOf(field: string, columns: ReadonlySet<string>): string {
  if (field === 'id') return 'id';
  if (columns.has(field)) return `"f_${field}"`;
  const path = `'$.${field}'`;
  return (
    `(case json_type(doc, ${path}) when 'true' then x'01' when 'false' then x'00' ` +
    `when 'object' then null when 'array' then null else json_extract(doc, ${path}) end)`
  );
}

export function whereSql(where: Where, columns: ReadonlySet<string>): Sql {
  if (where.length === 0) return { text: '', values: [] };
  const parts = where.map(([field, test]) => testSql(columnOf(field, columns), test));
  return {
    text: `where ${parts.map(({ text }) => text).join(' and ')}`,
    values: parts.flatMap(({ values }) => values),
  };
}

export function orderSql(order: Order, columns: ReadonlySet<string>): string {
  return `order by ${order.map(([field, direction]) => `${columnOf(field, columns)} ${direction}`).join(', ')}`;
}

function testSql(column: string, test: Test): Sql {
  if (test.kind === 'equals') return equalsSql(column, test.value);
  if (test.kind === 'in') return inSql(column, test.values);
  if (test.kind === 'types')
    return { text: `(${test.types.map((type) => typeSql[type](column)).join(' or ')})`, values: [] };
  const parts = test.bounds.map((bound) => boundSql(column, bound));
  return { text: parts.map(({ text }) => text).join(' and '), values: parts.flatMap(({ values }) => values) };
}

/** As ranges, which an index can serve. */
const typeSql: Readonly<Record<ScalarType, (column: string) => string>> = {
  null: (column) => `${column} is null`,
  number: (column) => `${column} < ''`,
  string: (column) => `(${column} >= '' and ${column} < x'')`,
  boolean: (column) => `${column} >= x''`,
};

function equalsSql(column: string, value: Scalar): Sql {
  return value === null
    ? { text: `${column} is null`, values: [] }
    : { text: `${column} = ?`, values: [toColumn(value)] };
}

function inSql(column: string, list: readonly Scalar[]): Sql {
  const values = list.filter((value) => value !== null).map(toColumn);
  const text = `${column} in (${values.map(() => '?').join(', ')})`;
  return { text: values.length < list.length ? `(${text} or ${column} is null)` : text, values };
}

/** A bound holds for values of its own type only; the fences ('' before all text, x'' after it) keep the index usable. */
function boundSql(column: string, [operator, value]: Bound): Sql {
  const symbol = { gt: '>', gte: '>=', lt: '<', lte: '<=' }[operator];
  const upper = operator === 'lt' || operator === 'lte';
  const fence =
    typeof value === 'number' ? (upper ? '' : ` and ${column} < ''`) : ` and ${column} ${upper ? `>= ''` : `< x''`}`;
  return { text: `${column} ${symbol} ?${fence}`, values: [value] };
}

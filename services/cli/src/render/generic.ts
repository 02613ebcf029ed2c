import type { Paint } from './style.js';
import { fields, table, type TableOptions } from './table.js';
import { brief } from './text.js';

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any JSON object as names and values, nested ones by their path; for answers whose shape grows with the platform. */
export const outline = (body: unknown, paint: Paint): string =>
  fields(isPlain(body) ? flat(body) : [['', brief(body)]], paint);

const flat = (body: Plain, prefix = ''): (readonly [string, string])[] =>
  Object.entries(body).flatMap(([name, value]) =>
    isPlain(value) ? flat(value, `${prefix}${name}.`) : [[`${prefix}${name}`, brief(value)] as const],
  );

/** Any list of JSON objects as a table with a column for each name. */
export function anyTable(rows: readonly Plain[], options: TableOptions): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return table(
    rows,
    names.map((name) => ({
      title: name.toUpperCase(),
      value: (row: Plain) => (row[name] == null ? '–' : brief(row[name])),
      id: name === 'id',
      flexible: name !== 'id',
    })),
    options,
  );
}

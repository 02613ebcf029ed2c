import type { Paint } from './style.js';
import { fields } from './table.js';
import { brief } from './text.js';

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any JSON object as names and values, nested ones by path; for responses with an open shape. */
export const outline = (body: unknown, paint: Paint): string =>
  fields(isPlain(body) ? flat(body) : [['', brief(body)]], paint);

const flat = (body: Plain, prefix = ''): (readonly [string, string])[] =>
  Object.entries(body).flatMap(([name, value]) =>
    isPlain(value) ? flat(value, `${prefix}${name}.`) : [[`${prefix}${name}`, brief(value ?? '–')] as const],
  );

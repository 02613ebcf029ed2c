import type { Json } from '@tidemark/connector-sdk';
import type { Column } from './table.js';

/** A value that is invalid for its column, detected before it is sent. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
}

/** JSON as the text that the server reads a column's type from; null is SQL's null. @throws InvalidValue */
export type Encoder = (value: Json) => string | null;

const plain: Encoder = (value) => {
  if (typeof value !== 'string') return typeof value === 'object' ? json(value) : String(value);
  // The transport would silently change it.
  if (!value.isWellFormed()) throw new InvalidValue('contains half a character (a lone surrogate)');
  return value;
};

const json: Encoder = (value) => (value === null ? null : JSON.stringify(value));

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64, or PostgreSQL's own `\x` and hexadecimal digits. */
const bytes: Encoder = (value) => {
  if (value === null) return null;
  if (typeof value === 'string' && value.startsWith('\\x')) return value;
  if (typeof value !== 'string' || !BASE64.test(value)) throw new InvalidValue('must be base64');
  return `\\x${Buffer.from(value, 'base64').toString('hex')}`;
};

const BY_TYPE: ReadonlyMap<string, Encoder> = new Map([
  ['json', json],
  ['jsonb', json],
  ['bytea', bytes],
]);

export function encoderOf({ base, element }: Pick<Column, 'base' | 'element'>): Encoder {
  const scalar = withNull(BY_TYPE.get(element ?? base) ?? plain);
  if (element === null) return scalar;
  const nested = element !== 'json' && element !== 'jsonb';
  return withNull((value) => (Array.isArray(value) ? arrayOf(value, scalar, nested) : plain(value)));
}

const withNull =
  (encoder: Encoder): Encoder =>
  (value) =>
    value === null ? null : encoder(value);

/** Lists in a list are the dimensions of one array, unless its elements are JSON. */
function arrayOf(values: readonly Json[], item: Encoder, nested: boolean): string {
  if (nested && values.length > 0 && values.every((value) => Array.isArray(value)))
    return `{${values.map((value) => arrayOf(value, item, nested)).join(',')}}`;
  return arrayLiteral(values.map(item));
}

/** A one-dimensional array as PostgreSQL writes it (8.15.6); every value quoted, so that none is read as NULL. */
export function arrayLiteral(values: readonly (string | null)[]): string {
  let text = '{';
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (at > 0) text += ',';
    if (value === null) text += 'NULL';
    else text += ESCAPED.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
  }
  return `${text}}`;
}

const ESCAPED = /["\\]/;

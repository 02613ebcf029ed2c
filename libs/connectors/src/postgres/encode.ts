import type { Json } from '@tidemark/connector-sdk';
import { clockText, dateText, timestampText } from './encode-times.js';
import { InvalidValue } from './invalid-value.js';
import type { Composites, ValueType } from './table.js';

/** JSON as the text that the server reads a column's type from; null is SQL's null. @throws InvalidValue */
export type Encoder = (value: Json) => string | null;

const plain = (value: Json): string => {
  if (typeof value !== 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  // The transport would silently change it.
  if (!value.isWellFormed()) throw new InvalidValue('contains half a character (a lone surrogate)');
  if (value.includes('\0')) throw new InvalidValue('contains the character 0x00, which PostgreSQL cannot store');
  return value;
};

const json: Encoder = (value) => JSON.stringify(value);

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64, or PostgreSQL's own `\x` and hexadecimal digits. */
const bytes: Encoder = (value) => {
  if (typeof value === 'string' && value.startsWith('\\x')) return value;
  if (typeof value !== 'string' || !BASE64.test(value)) throw new InvalidValue('must be base64');
  return `\\x${Buffer.from(value, 'base64').toString('hex')}`;
};

/** Types that silently cut off what is longer, in bytes. */
const limited =
  (most: number): Encoder =>
  (value) => {
    const text = plain(value);
    if (Buffer.byteLength(text) > most)
      throw new InvalidValue(`is longer than ${most} bytes, to which the type would cut it`);
    return text;
  };

const text =
  (check: (text: string) => string): Encoder =>
  (value) =>
    check(plain(value));

const BY_TYPE: ReadonlyMap<string, Encoder> = new Map([
  ['json', json],
  ['jsonb', json],
  ['bytea', bytes],
  ['timestamp', text(timestampText)],
  ['date', text(dateText)],
  ['time', text(clockText)],
  ['char', limited(1)],
  ['name', limited(63)],
]);

export function encoderOf(type: ValueType, composites: Composites): Encoder {
  const attributes = type.composite === null ? undefined : composites[type.composite];
  const scalar = withNull(
    attributes ? rowEncoder(attributes, composites) : (BY_TYPE.get(type.element ?? type.base) ?? plain),
  );
  if (type.element === null) return scalar;
  const nested = type.element !== 'json' && type.element !== 'jsonb';
  return withNull((value) => (Array.isArray(value) ? arrayOf(value, scalar, nested) : plain(value)));
}

const withNull =
  (encoder: Encoder): Encoder =>
  (value) =>
    value === null ? null : encoder(value);

/** An object as a row of PostgreSQL (8.16.6); text is taken as it is. Types may contain themselves, in arrays. */
function rowEncoder(attributes: Composites[string], composites: Composites): Encoder {
  let encoders: readonly Encoder[] | undefined;
  return (value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return plain(value);
    encoders ??= attributes.map((attribute) => encoderOf(attribute, composites));
    const unknown = Object.keys(value).find((name) => !attributes.some((attribute) => attribute.name === name));
    if (unknown !== undefined) throw new InvalidValue(`has no attribute ${unknown}; it has ${attributes.map(({ name }) => name).join(', ')}`); // prettier-ignore
    const parts = attributes.map(({ name }, at) => {
      const part = Object.hasOwn(value, name) ? encoders![at]!((value as Record<string, Json>)[name]!) : null;
      return part === null ? '' : `"${part.replace(/["\\]/g, '$&$&')}"`;
    });
    return `(${parts.join(',')})`;
  };
}

/** Lists in a list are the dimensions of one array, unless its elements are JSON. */
function arrayOf(values: readonly Json[], item: Encoder, nested: boolean): string {
  if (nested && values.length > 0 && values.every((value) => Array.isArray(value)))
    return `{${values.map((value) => arrayOf(value, item, nested)).join(',')}}`;
  return arrayLiteral(values.map(item));
}

/** A one-dimensional array as PostgreSQL writes it (8.15.6); every value quoted, so that none is read as NULL. */
export function arrayLiteral(values: readonly (string | null)[]): string {
  let list = '{';
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (at > 0) list += ',';
    if (value === null) list += 'NULL';
    else list += ESCAPED.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
  }
  return `${list}}`;
}

const ESCAPED = /["\\]/;

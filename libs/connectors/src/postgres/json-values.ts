import { JsonTooDeep, parseJson } from '@tidemark/resilience';
import pg from 'pg';
import type { Json } from '@tidemark/connector-sdk';
import { InvalidValue } from './invalid-value.js';
import { keyTwice } from './key-twice.js';
import type { Session } from './session.js';

/** A value from the server's text form to JSON. */
export type FromText = (text: string) => Json;

const asText: FromText = (text) => text;

/** NaN and the infinities can only be text in JSON. */
const float: FromText = (text) => {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
};

/** `2026-01-02 03:04:05.123456+00` (the session's zone is UTC) as ISO 8601; infinities and years beyond 9999 stay. */
export const isoTimestamp: FromText = (text) => (isPlainTime(text) ? `${text.slice(0, 10)}T${text.slice(11)}` : text);
export const isoInstant: FromText = (text) =>
  isPlainTime(text) ? `${text.slice(0, 10)}T${text.slice(11).replace('+00', 'Z')}` : text;
const isPlainTime = (text: string) => text[10] === ' ' && !text.endsWith('BC');

/** @throws InvalidValue for what would not arrive as it is */
export const jsonOf: FromText = (text) => {
  try {
    return parseJson(text) as Json;
  } catch (error) {
    if (error instanceof JsonTooDeep) throw new InvalidValue(error.message);
    throw error;
  }
};

/** The type json keeps its text as it was written, with every value of a key. */
const writtenJson: FromText = (text) => {
  const name = keyTwice(text);
  if (name !== null) throw new InvalidValue(`is JSON that names the key ${JSON.stringify(name)} twice`);
  return jsonOf(text);
};

const hexToBase64: FromText = (text) => Buffer.from(text.slice(2), 'hex').toString('base64');

/** By the type's oid (pg_type.dat); int8, numeric and money keep all digits as text. */
const KNOWN: ReadonlyMap<number, FromText> = new Map<number, FromText>([
  [16, (text) => text === 't'],
  [17, hexToBase64],
  ...[21, 23, 26].map((oid) => [oid, Number] as const),
  ...[700, 701].map((oid) => [oid, float] as const),
  [114, writtenJson],
  [3802, jsonOf],
  [1114, isoTimestamp],
  [1184, isoInstant],
  // "char", name, int8, text, money, bpchar, varchar, date, time, interval, timetz, numeric, uuid.
  ...[18, 19, 20, 25, 790, 1042, 1043, 1082, 1083, 1186, 1266, 1700, 2950].map((oid) => [oid, asText] as const),
]);

/** How to read the values of these types. Array types are looked up; everything else stays text. */
export async function readersOf(
  session: Session,
  typeIds: readonly number[],
  signal: AbortSignal,
): Promise<readonly FromText[]> {
  const unknown = [...new Set(typeIds.filter((id) => !KNOWN.has(id)))];
  const arrays = new Map<number, FromText>();
  if (unknown.length > 0)
    for (const [id, element] of await session.inCatalogue(signal, () =>
      session.query(signal, ELEMENTS, [`{${unknown.join(',')}}`]),
    ))
      arrays.set(Number(id), arrayOf(KNOWN.get(Number(element)) ?? asText));
  return typeIds.map((id) => KNOWN.get(id) ?? arrays.get(id) ?? asText);
}

const ELEMENTS = `
  select typarray, case typtype when 'd' then typbasetype else oid end
  from pg_type where typarray = any ($1::oid[]) and typdelim = ','`;

const { arrayParser } = pg.types as unknown as {
  arrayParser: { create(text: string, element: (text: string | null) => Json): { parse(): Json } };
};

export const arrayOf =
  (element: FromText): FromText =>
  (text) =>
    // A list does not say where its bounds begin: `[0:1]={a,b}`.
    text.startsWith('[') ? text : arrayParser.create(text, (item) => (item === null ? null : element(item))).parse();

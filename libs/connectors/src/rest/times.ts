import { DateTime } from 'luxon';
import type { Json } from '@tidemark/connector-sdk';

/** How times are written, and the zone of those without an offset. */
export interface TimeStyle {
  readonly format: string;
  readonly zone: string;
}

/** Year first, so that day and month cannot be mistaken for each other. */
const YEAR_FIRST =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const MONTH_NAMED = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/i;

/** Already as they are kept, and on a day that every month has: most times of most APIs. */
const KEPT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3})?Z$/;

/** A time of a record as ISO 8601 in UTC; undefined when it is not written in this format. */
export function readTime(value: Json, { format, zone }: TimeStyle): string | undefined {
  if (format === 'epochSeconds' || format === 'epochMilliseconds') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number') return undefined;
    return isoOf(format === 'epochSeconds' ? number * 1000 : number);
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (format === 'iso' && KEPT.test(text)) return text.length === 24 ? text : `${text.slice(0, 19)}.000Z`;
  if (format === 'iso' || format === 'isoSeconds' || format === 'date') return isoOf(readIso(text, zone));
  if (format === 'httpDate') return isoOf(DateTime.fromHTTP(text).toMillis());
  return isoOf(DateTime.fromFormat(text, format, { zone, locale: 'en-US' }).toMillis());
}

function readIso(text: string, zone: string): number {
  const parts = YEAR_FIRST.exec(text);
  // With the month as a word nothing is left to guess.
  if (!parts) return MONTH_NAMED.test(text) ? Date.parse(text) : NaN;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', offset] = parts;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  if (offset === undefined && zone !== 'UTC')
    return DateTime.fromISO(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}`, { zone }).toMillis();
  const at = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(ms),
  );
  // `Date.UTC` turns 31 February into March, and 25 o'clock into tomorrow.
  const there = new Date(at);
  const sameDay = there.getUTCDate() === Number(day) && there.getUTCMonth() === Number(month) - 1;
  return (sameDay || hour === '24') && Number(minute) < 60 && Number(second) <= 60 ? at - offsetMs(offset) : NaN;
}

function offsetMs(offset = 'Z'): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', ''));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** A time (ISO 8601) as a system expects it. */
export function writeTime(iso: string, { format, zone }: TimeStyle): string | number {
  const at = Date.parse(iso);
  const time = DateTime.fromMillis(at, { zone });
  switch (format) {
    case 'iso':
      return iso;
    case 'isoSeconds':
      return time.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
    case 'date':
      return time.toFormat('yyyy-MM-dd');
    case 'httpDate':
      return time.toHTTP()!;
    case 'epochSeconds':
      return Math.floor(at / 1000);
    case 'epochMilliseconds':
      return at;
    default:
      return time.toFormat(format, { locale: 'en-US' });
  }
}

const SECOND = 1000;
const STEPS = [0, SECOND, 60 * SECOND, 3600 * SECOND, 24 * 3600 * SECOND] as const;

/** The end of a range, rounded up where the format is coarser than the time: rounded down it would cut records off. */
export function writeEnd(iso: string, style: TimeStyle): string | number {
  const at = Date.parse(iso);
  const written = STEPS.map((step) => writeTime(new Date(at + step).toISOString(), style));
  return written.find((text) => (Date.parse(readTime(text, style) ?? '') || 0) >= at) ?? written[0]!;
}

/** No time, as some databases write it. */
const NO_TIME = /^(?:0+|0000-00-00.*|)$/;
const DAY_OR_MONTH_FIRST = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}/;

/** Whether a value that is not in the format makes its record unusable: where the format was declared, or a guess is near. */
export const isRefused = (value: Json, format: string): boolean =>
  /^(?:iso|epochSeconds|epochMilliseconds)$/.test(format)
    ? typeof value === 'string' && DAY_OR_MONTH_FIRST.test(value.trim())
    : !NO_TIME.test(String(value as string));

/** A value as it is written, without the value: `99/99/9999`. */
export const shapeOfTime = (value: Json): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 40).replace(/\d/g, '9').replace(/[a-z]/gi, 'a') : `a ${typeof value}`; // prettier-ignore

const isoOf = (ms: number): string | undefined =>
  Math.abs(ms) <= 8.64e15 ? new Date(Math.round(ms)).toISOString() : undefined;

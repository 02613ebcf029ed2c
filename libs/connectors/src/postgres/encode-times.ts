import { InvalidValue } from './invalid-value.js';

// Some types silently drop a part of what they are given: an offset, a date, a time of day.

/** The time of day in a text. */
const TIME = /\d:\d\d[\d:.,]*|T\d{4}[\d:.,]*/;
const NO_OFFSET = /^(?:Z|UTC|GMT|[+-]00(?::?00)*)$/i;

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?([.,]\d+)?\s*([+-])(\d\d)(?::?(\d\d))?$/;

/** Whether a text has an offset or a zone, other than that of UTC. */
function isZoned(text: string): boolean {
  const time = TIME.exec(text);
  if (!time) return false;
  const rest = text.slice(time.index + time[0].length).replace(/\b(?:BC|AD|AM|PM)\b/gi, '').trim(); // prettier-ignore
  return !NO_OFFSET.test(rest) && /[A-Za-z]|[+-]\d/.test(rest);
}

/** Of a time with an offset, the same instant in UTC, without one. @throws InvalidValue for named zones */
export function timestampText(text: string): string {
  if (!isZoned(text)) return text;
  const [, day, minute, second = ':00', fraction = '', sign, hours, minutes = '00'] = ISO.exec(text) ?? [];
  const local = new Date(`${day}T${minute}${second}Z`);
  if (!day || Number.isNaN(local.getTime()) || local.getUTCDate() !== Number(day.slice(8)))
    throw new InvalidValue(`has a time zone that the column would drop: ${text}; write ISO 8601 in UTC`);
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return new Date(local.getTime() - offset * 60_000).toISOString().slice(0, 19) + fraction.replace(',', '.');
}

/** @throws InvalidValue when the text has a time of day other than midnight of UTC */
export function dateText(text: string): string {
  const time = /^\d{4,}-?\d\d-?\d\d[T ]\s*(?=\d)([\d:.,]*)/.exec(text)?.[1];
  if (time !== undefined && (/[1-9]/.test(time) || isZoned(text)))
    throw new InvalidValue(`has a time of day, which the column would drop: ${text}`);
  return text;
}

/** @throws InvalidValue when the text has a date or an offset */
export function clockText(text: string): string {
  if (/^\d{4,}-\d\d-\d\d/.test(text)) throw new InvalidValue(`has a date, which the column would drop: ${text}`);
  if (isZoned(text)) throw new InvalidValue(`has an offset, which the column would drop: ${text}`);
  return text;
}

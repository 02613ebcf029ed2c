/** An instant: milliseconds since the epoch, and the nanoseconds beyond them, 0 to 999,999. */
export interface Instant {
  ms: number;
  ns: number;
}

const DASH = 45;
const COLON = 58;
const [T, SMALL_T, BLANK, Z, SMALL_Z, POINT, COMMA] = [84, 116, 32, 90, 122, 46, 44];
/** `2026-01-01T00:00Z`. */
const SHORTEST = 17;

/**
 * Reads a text that is an ISO 8601 date and time with a zone (`Z`, `±hh`, `±hhmm`, `±hh:mm`), with `T` or a space between
 * (as PostgreSQL writes it), with or without seconds and up to nine digits of their fraction; `t` and `z` may be small
 * (RFC 3339). Any other text is not an instant.
 * @param into takes the result, so that nothing is allocated per value
 */
export function parseInstant(text: string, into: Instant): boolean {
  const length = text.length;
  if (length < SHORTEST || length > 35 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false;
  const between = text.charCodeAt(10);
  if (between !== T && between !== SMALL_T && between !== BLANK) return false;
  if (text.charCodeAt(13) !== COLON) return false;
  const hasSeconds = text.charCodeAt(16) === COLON;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = hasSeconds ? digits(text, 17, 19) : 0;
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  let at = hasSeconds ? 19 : 16;
  let ns = 0;
  if (hasSeconds && (text.charCodeAt(at) === POINT || text.charCodeAt(at) === COMMA)) {
    const first = ++at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at === first || at - first > 9) return false;
    ns = digits(text, first, at) * 10 ** (9 - (at - first));
  }
  const offset = zone(text, at);
  if (Number.isNaN(offset)) return false;
  const days = daysSinceEpoch(year, month, day);
  const ms = Math.floor(ns / 1_000_000);
  into.ms = days * 86_400_000 + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
  into.ns = ns - ms * 1_000_000;
  return true;
}

/** Minutes east of Greenwich of the zone from `at` to the end; NaN when it is invalid. */
function zone(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  const left = text.length - at;
  if (sign === Z || sign === SMALL_Z) return left === 1 ? 0 : NaN;
  if (sign !== 43 && sign !== DASH) return NaN;
  const hours = left >= 3 ? digits(text, at + 1, at + 3) : -1;
  let minutes = 0;
  if (left === 5) minutes = digits(text, at + 3, at + 5);
  else if (left === 6 && text.charCodeAt(at + 3) === COLON) minutes = digits(text, at + 4, at + 6);
  else if (left !== 3) return NaN;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return NaN;
  return sign === DASH ? -(hours * 60 + minutes) : hours * 60 + minutes;
}

/** The value of the digits; -1 when one of them is not a digit. */
function digits(text: string, start: number, end: number): number {
  let number = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return -1;
    number = number * 10 + code - 48;
  }
  return number;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days from 1970-01-01 in the Gregorian calendar, for years from 0 on (H. Hinnant, days_from_civil). */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

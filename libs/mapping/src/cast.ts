import type { CastType, TimeFormat } from '@tidemark/contracts';
import { isJsonObject, type Json } from '@tidemark/foundation';
import { Refusal } from './refusal.js';

/** Digits that a JavaScript number holds exactly: longer numbers stay text, and are not rounded. */
const EXACT_DIGITS = 15;
const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})$/;
const MAX_MILLIS = 8.64e15;

/** Makes a value one of that type; null stays null, and so does a blank text in any type but text. @throws Refusal */
export function cast(value: Json, type: CastType, format: TimeFormat = 'iso'): Json {
  if (value === null) return null;
  if (type === 'json') return JSON.stringify(value);
  if (type === 'text') return textOf(value);
  if (typeof value === 'object') throw refused(value, type);
  const given = typeof value === 'string' ? value.trim() : value;
  if (given === '') return null;
  if (type === 'boolean') return booleanOf(given);
  if (type === 'integer' || type === 'number') return numberOf(given, type);
  return type === 'date' ? timeOf(given, format, type).slice(0, 10) : timeOf(given, format, type);
}

const textOf = (value: Json): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

function booleanOf(value: string | number | boolean): boolean {
  if (typeof value === 'boolean') return value;
  const word = String(value).toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  throw refused(value, 'boolean');
}

function numberOf(value: string | number | boolean, type: 'integer' | 'number'): number | string {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') {
    if (type === 'integer' && !Number.isInteger(value)) throw refused(value, type);
    return value;
  }
  const isNumber = value.length <= 1000 && /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/.test(value);
  if (!isNumber) throw refused(value, type);
  if (type === 'integer' && !/^[+-]?\d+(?:\.0*)?$/.test(value)) throw refused(value, type);
  const whole = type === 'integer' ? value.split('.')[0]! : value;
  const digits = whole
    .replace(/[eE].*/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  const number = Number(whole);
  const isExact = digits.length <= EXACT_DIGITS && Number.isFinite(number) && (number !== 0 || digits === '');
  return isExact ? number : whole.replace(/^\+/, '');
}

function timeOf(value: string | number | boolean, format: TimeFormat, type: 'date' | 'timestamp'): string {
  if (format !== 'iso') {
    const count = typeof value === 'boolean' ? NaN : Number(value);
    return instant(format === 'epochSeconds' ? count * 1000 : count, type);
  }
  if (typeof value !== 'string') throw refused(value, type);
  if (DATE.test(value)) {
    const day = instant(Date.parse(`${value}T00:00:00Z`), type);
    if (!day.startsWith(value)) throw refused(value, type);
    return day;
  }
  if (!TIME.test(value)) throw refused(value, type);
  return instant(Date.parse(value.replace(' ', 'T').toUpperCase()), type);
}

function instant(millis: number, type: CastType): string {
  if (!(Math.abs(millis) <= MAX_MILLIS)) throw refused(millis, type);
  return new Date(millis).toISOString();
}

const expected: Partial<Record<CastType, string>> = {
  boolean: 'true, false, yes, no, 1 or 0',
  date: 'a day in ISO 8601 (2026-01-31), or a time with its zone',
  timestamp: 'a time in ISO 8601 with its zone (2026-01-31T09:00:00Z), or a day',
};

function refused(value: Json, type: CastType): Refusal {
  const kind = Array.isArray(value) ? 'list' : isJsonObject(value) ? 'object' : typeof value;
  const what = expected[type] ?? `a ${type === 'integer' ? 'whole number' : type}`;
  return new Refusal('CAST_FAILED', `the ${kind === 'string' ? 'text' : kind} is not ${what}`);
}

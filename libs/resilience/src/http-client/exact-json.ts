import { trimEndOf } from '@tidemark/foundation';
export { jsonErrorPosition } from './json-position.js';

/** Maximum depth of nested lists and objects; deeper values cannot be serialised or compared. */
const MAX_DEPTH = 500;

/** JSON that is nested too deep. */
export class JsonTooDeep extends SyntaxError {
  constructor() {
    super(`is nested deeper than ${MAX_DEPTH} levels`);
  }
}

/**
 * JSON in which no number loses a digit: one that a double does not represent exactly stays as written, as text.
 * @throws SyntaxError, whose message quotes the text · JsonTooDeep
 */
export function parseJson(text: string): unknown {
  const value = MAY_BE_INEXACT.test(text) ? parseExactly(text) : JSON.parse(text);
  if (text.length > 2 * MAX_DEPTH && isDeeper(value, MAX_DEPTH)) throw new JsonTooDeep();
  return value;
}

function parseExactly(text: string): unknown {
  try {
    return JSON.parse(text, keepDigits as never);
  } catch (error) {
    throw error instanceof RangeError ? new JsonTooDeep() : error;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}

/** A decimal number as a double, or as written where a double does not represent it exactly. */
export function exactNumber(source: string): number | string {
  const value = Number(source);
  return isExact(value, source) ? value : source;
}

/** Up to 15 digits are exact, and so are most numbers: checking each of them would cost far more than the parsing. */
const MAY_BE_INEXACT = /(?:^|[[:,\s])-?(?:\d[\d.]{15}|\d[\d.]*[eE])/;

const keepDigits = (_key: string, value: unknown, { source = '' }: { readonly source?: string } = {}) =>
  typeof value === 'number' && !isExact(value, source) ? source : value;

const isExact = (value: number, source: string) =>
  Number.isFinite(value) && significant(source) === significant(String(value));

/** Significant digits, and the position of the point among them. */
function significant(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)\+?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(
    source,
  )!;
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = trimEndOf(digits, '0');
  const scale = Number(exponent) - fraction.length + (digits.length - kept.length);
  return kept === '' ? '0' : `${sign}${kept}e${scale}`;
}

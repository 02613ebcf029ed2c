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

/** What becomes of a number that a double does not represent exactly: its digits as text, or `JSON.rawJSON`, a number still. */
export type InexactNumbers = 'text' | 'raw';

/**
 * JSON in which no number loses a digit. `raw` also covers every whole number beyond 2^53.
 * @throws SyntaxError, whose message quotes the text · JsonTooDeep
 */
export function parseJson(text: string, inexact: InexactNumbers = 'text'): unknown {
  const value = MAY_BE_INEXACT.test(text)
    ? parseExactly(text, inexact === 'raw' ? keepRaw : keepDigits)
    : JSON.parse(text);
  if (text.length > 2 * MAX_DEPTH && isDeeper(value, MAX_DEPTH)) throw new JsonTooDeep();
  return value;
}

function parseExactly(text: string, keep: typeof keepRaw): unknown {
  try {
    return JSON.parse(text, keep as never);
  } catch (error) {
    throw error instanceof RangeError ? new JsonTooDeep() : error;
  }
}

/** Lists by index, and no call for a plain value: this looks at everything that is received. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item: unknown = value[at];
      if (typeof item === 'object' && isDeeper(item, levels - 1)) return true;
    }
    return false;
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'object' && isDeeper(member, levels - 1)) return true;
  }
  return false;
}

/** A decimal number as a double, or as `inexact` says where a double does not represent it exactly. */
export function exactNumber(source: string, inexact: InexactNumbers = 'text'): unknown {
  const value = Number(source);
  if (inexact === 'text') return isExact(value, source) ? value : source;
  // JSON has no sign, no leading zeros, and digits on both sides of the point.
  const json = source
    .replace(/^\+/, '')
    .replace(/^(-?)0*(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?!\d)/, '');
  return keepRaw('', value, { source: json });
}

/** Up to 15 digits are exact, and so are most numbers: checking each of them would cost far more than the parsing. */
const MAY_BE_INEXACT = /(?:^|[[:,\s])-?(?:\d[\d.]{15}|\d[\d.]*[eE])/;

const keepDigits = (_key: string, value: unknown, { source = '' }: { readonly source?: string } = {}) =>
  typeof value === 'number' && !isExact(value, source) ? source : value;

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

const keepRaw = (_key: string, value: unknown, { source = '' }: { readonly source?: string } = {}) => {
  if (typeof value !== 'number') return value;
  const isKept = isExact(value, source) && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isKept ? value : rawJSON(source);
};

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

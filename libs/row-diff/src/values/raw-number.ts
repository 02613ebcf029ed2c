/** A number of more digits than a double has, as `JSON.rawJSON` keeps it; JSON.stringify writes it as it was. */
export interface RawNumber {
  readonly rawJSON: string;
}

const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Zeros that are written out: a number may be a few bytes of exponent and gigabytes of digits. */
const MOST_ZEROS = 10_000;

export const rawNumber = rawJSON;

export const isRawNumber = (value: unknown): value is RawNumber => isRawJSON(value) && /^-?\d/.test(value.rawJSON);

/**
 * A JSON number in plain decimal digits, without needless zeros: equal for equal numbers, and equal to the plain text of
 * a number. Beyond 10,000 zeros they are an exponent, which is equal for equal numbers too.
 */
export function plainDecimal(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const all = whole + fraction;
  let first = 0;
  while (all[first] === '0') first++;
  let last = all.length;
  while (last > first && all[last - 1] === '0') last--;
  const digits = all.slice(first, last);
  if (digits === '') return '0';
  const minus = sign === '-' ? '-' : '';
  // The value is 0.digits × 10^point.
  const point = whole.length - first + Number(exponent);
  if (Math.abs(point) > MOST_ZEROS + digits.length) return `${minus}${digits}e${point - digits.length}`;
  if (point <= 0) return `${minus}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${minus}${digits}${'0'.repeat(point - digits.length)}`;
  return `${minus}${digits.slice(0, point)}.${digits.slice(point)}`;
}

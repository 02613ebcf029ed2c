/**
 * A number as plain decimal digits, never with an exponent, so that it equals a database's text for the same
 * decimal: integers exactly, fractions with the fewest digits that read back as the same number. NaN and Infinity are
 * their names, -0 is 0.
 */
export function decimalText(number: number): string {
  const text = String(number);
  if (Number.isInteger(number)) return Number.isSafeInteger(number) ? text : BigInt(number).toString();
  const e = text.indexOf('e');
  if (e < 0) return text;
  // A fraction with an exponent is a small one: 1.5e-7.
  const digits = text.slice(0, e).replace('-', '').replace('.', '');
  return `${number < 0 ? '-' : ''}0.${'0'.repeat(-1 - Number(text.slice(e + 1)))}${digits}`;
}

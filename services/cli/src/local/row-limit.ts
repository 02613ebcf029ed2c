import type { Session } from '../session.js';
import { usageError } from '../cli-error.js';

const VARIABLE = 'TIDEMARK_MAX_ROW_BYTES';
const [LEAST, DEFAULT, MOST] = [1024, 16 * 1024 ** 2, 256 * 1024 ** 2];

/** Longest line of rows, in bytes, that is printed or read: what `read` and `rows diff` print, `write` reads. */
export function rowLimit({ env }: Pick<Session, 'env'>): number {
  const text = env[VARIABLE];
  if (text === undefined || text === '') return DEFAULT;
  const bytes = Number(text);
  if (/^\d+$/.test(text) && bytes >= LEAST && bytes <= MOST) return bytes;
  throw usageError(`${VARIABLE} must be a whole number of bytes from ${LEAST} to ${MOST}`);
}

export const exceeds = (line: string, limit: number): boolean =>
  // A character has at most three bytes for each of its UTF-16 units.
  line.length * 3 > limit && Buffer.byteLength(line) > limit;

export const tooLong = (limit: number): string => `is longer than ${limit} bytes; ${VARIABLE} raises the limit`;

import { ExternalError, Retryable, Terminal, type Side } from '@tidemark/resilience';

/** Where a byte is in a file: how people and how programs look for it. Bytes count from 0, lines from 1. */
export interface Spot {
  readonly byte: number;
  readonly line: number;
}

/** `orders.csv, line 7, byte 203`. */
export const spotText = (file: string, { line, byte }: Spot): string => `${file}, line ${line}, byte ${byte}`;

/** A file that says something else than its format allows. */
export const invalidFile = (message: string): Terminal => new Terminal('SOURCE_INVALID_RESPONSE', message);

const forbidden = new Set(['EACCES', 'EPERM', 'EROFS']);

/** What the file system said, as an external error; other errors as they are. `what` was to be touched. */
export function fileError(error: unknown, side: Side, what: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ExternalError || typeof code !== 'string') return error;
  const prefix = side === 'source' ? 'SOURCE' : 'DESTINATION';
  if (/^(Z_|ERR_|CSV_|ABORT)/.test(code)) return error;
  if (forbidden.has(code)) return new Terminal(`${prefix}_FORBIDDEN`, `${what} may not be touched (${code})`);
  return new Retryable(`${prefix}_UNREACHABLE`, `${what} cannot be reached (${code})`);
}

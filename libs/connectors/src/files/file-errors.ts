import { ExternalError, Retryable, Terminal, type Side } from '@tidemark/resilience';

/** A position in a file. Bytes count from 0, lines from 1. */
export interface Spot {
  readonly byte: number;
  readonly line: number;
}

/** `orders.csv, line 7, byte 203`. */
export const spotText = (file: string, { line, byte }: Spot): string => `${file}, line ${line}, byte ${byte}`;

/** A file that violates its format. */
export const invalidFile = (message: string): Terminal => new Terminal('SOURCE_INVALID_RESPONSE', message);

export const NOT_UTF8 = 'not UTF-8 from here on; `encoding` names another, such as windows-1252';

export const tooLong = (bytes: number): string => `a row is longer than ${bytes} bytes; the row limit can be raised`;

const forbidden = new Set(['EACCES', 'EPERM', 'EROFS']);

/** A file-system error as an external error; other errors unchanged. `what`: the file or folder. */
export function fileError(error: unknown, side: Side, what: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ExternalError || typeof code !== 'string') return error;
  const prefix = side === 'source' ? 'SOURCE' : 'DESTINATION';
  if (/^(Z_|ERR_|CSV_|ABORT)/.test(code)) return error;
  if (forbidden.has(code)) return new Terminal(`${prefix}_FORBIDDEN`, `access to ${what} is denied (${code})`);
  return new Retryable(`${prefix}_UNREACHABLE`, `${what} cannot be reached (${code})`);
}

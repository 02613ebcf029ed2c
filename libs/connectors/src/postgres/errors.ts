import pg from 'pg';
import { messageOf } from '@tidemark/foundation';
import { AuthExpired, ExternalError, Retryable, type Side, Terminal } from '@tidemark/resilience';

/** The connection ended; whether running statements took effect is unknown. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  constructor() {
    super('the connection to the server was lost');
  }
}

/** The server did not respond in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(readonly afterMs: number) {
    super(`the server did not answer within ${afterMs} ms`);
  }
}

/** There is no user to log in as, or no password. */
export class NoLogin extends Error {
  override readonly name = 'NoLogin';
}

export const isDatabaseError = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && typeof error.code === 'string';

/** The error code for a server's SQLSTATE, by code or by class; the rest is a failed query. PostgreSQL 15, Appendix A. */
const STATES: Readonly<Record<string, { readonly code: string; readonly retryable: boolean }>> = {
  '08': { code: '_UNREACHABLE', retryable: true },
  '25P03': { code: '_UNREACHABLE', retryable: true },
  '3D000': { code: '_NOT_FOUND', retryable: false },
  '40': { code: '_QUERY_FAILED', retryable: true },
  '42501': { code: '_FORBIDDEN', retryable: false },
  '53': { code: '_UNREACHABLE', retryable: true },
  '53100': { code: 'DISK_FULL', retryable: true },
  '53200': { code: 'OUT_OF_MEMORY', retryable: true },
  '53300': { code: 'TOO_MANY_CONNECTIONS', retryable: true },
  '55P03': { code: '_QUERY_FAILED', retryable: true },
  '57014': { code: '_QUERY_FAILED', retryable: true },
  '57P': { code: '_UNREACHABLE', retryable: true },
  '58': { code: '_QUERY_FAILED', retryable: true },
};

/**
 * Any failure of a connection, as one of the four kinds.
 * `text` replaces the message of a failed statement; `field` is the config's field at fault.
 */
export function externalErrorOf(error: unknown, side: Side, text?: string, field?: string): ExternalError {
  if (error instanceof ExternalError) return error;
  const prefix = side.toUpperCase();
  if (error instanceof NoLogin) return new AuthExpired(`${prefix}_AUTH_EXPIRED`, error.message);
  if (isDatabaseError(error)) return serverError(error, prefix, text ?? wordsOf(error), field);
  const message = messageOf(error);
  if (error instanceof NoAnswer) return new Retryable(`${prefix}_UNREACHABLE`, message, { timedOut: true });
  if (refusesTls(error))
    return new Terminal(`${prefix}_UNREACHABLE`, `TLS: ${message}`, { field: 'ssl', connection: 'FETCH_TLS_FAILED' });
  // An error thrown by our own code is not a network error.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
    return new Terminal(`${prefix}_INVALID_RESPONSE`, message, { cause: error });
  return new Retryable(`${prefix}_UNREACHABLE`, connectionText(error, message), {
    cause: error,
    ...(/timeout expired/.test(message) && { timedOut: true }),
  });
}

function serverError(error: pg.DatabaseError, prefix: string, message: string, field?: string): ExternalError {
  const state = error.code!;
  if (state.startsWith('28')) return new AuthExpired(`${prefix}_AUTH_EXPIRED`, message, { cause: error });
  if (state === '57014' && /statement timeout/.test(error.message))
    return new Retryable('STATEMENT_TIMEOUT', message, { cause: error, timedOut: true });
  const known = STATES[state] ?? STATES[state.slice(0, 3)] ?? STATES[state.slice(0, 2)];
  const { code, retryable } = known ?? { code: '_QUERY_FAILED', retryable: false };
  const Kind = retryable ? Retryable : Terminal;
  return new Kind(code.startsWith('_') ? prefix + code : code, message, { cause: error, ...(field && { field }) });
}

/** The server's message, detail and hint, with its SQLSTATE. */
export function wordsOf({ message, detail, hint, code }: pg.DatabaseError): string {
  return `${[message, detail, hint].filter(Boolean).join('. ')} (SQLSTATE ${code})`;
}

/** The server has no TLS, or an untrusted certificate: retrying does not help. */
function refusesTls(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/.test(code) ||
    /does not support SSL|error establishing an SSL/.test(message)
  );
}

/** A host with several addresses fails as an aggregate error without a message. */
function connectionText(error: unknown, message: string): string {
  if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message).join('; ');
  return message || 'the connection failed';
}

/** Line and column, both from 1, of a server's position in a text: it counts characters, not UTF-16 units. */
export function lineAndColumn(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = [...text].slice(0, position - 1);
  const line = before.filter((character) => character === '\n').length + 1;
  return { line, column: before.length - before.lastIndexOf('\n') };
}

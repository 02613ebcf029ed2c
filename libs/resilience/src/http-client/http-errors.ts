import { AuthExpired, type ExternalError, RateLimited, Retryable, Terminal } from '../external-error.js';
import type { FetchError } from '../fetch-error.js';
import type { Side } from './http-types.js';

/** What the error codes of a side begin with. */
const SIDES: Readonly<Record<Side, string>> = { source: 'SOURCE', destination: 'DESTINATION' };

/** `UNREACHABLE` of the source is `SOURCE_UNREACHABLE`. */
export const codeOf = (side: Side, code: string) => `${SIDES[side]}_${code}`;

/** A fetch without a response, as an ExternalError. */
export function connectionError(side: Side, error: FetchError): ExternalError {
  const { code: connection, message } = error;
  const of = { connection, cause: error };
  switch (connection) {
    case 'FETCH_BAD_URL':
    case 'FETCH_BAD_REQUEST':
      return new Terminal(codeOf(side, 'REQUEST_INVALID'), message, of);
    case 'FETCH_BLOCKED_ADDRESS':
      return new Terminal(codeOf(side, 'ADDRESS_REFUSED'), message, of);
    case 'FETCH_TOO_LARGE':
      return new Terminal(codeOf(side, 'RESPONSE_TOO_LARGE'), message, of);
    case 'FETCH_TOO_MANY_REDIRECTS':
    case 'FETCH_BAD_REDIRECT':
      return new Terminal(codeOf(side, 'INVALID_RESPONSE'), message, of);
    case 'FETCH_BAD_RESPONSE':
      return new Retryable(codeOf(side, 'INVALID_RESPONSE'), message, of);
    case 'FETCH_TIMEOUT':
      return new Retryable(codeOf(side, 'UNREACHABLE'), message, { ...of, timedOut: true });
    default:
      return new Retryable(codeOf(side, 'UNREACHABLE'), message, of);
  }
}

/** The details of an error response. Times in ms since the epoch. */
export interface RefusedAnswer {
  readonly status: number;
  /** The status of the answer itself, where its content means another one. */
  readonly answered: number;
  /** Origin and path. */
  readonly where: string;
  /** The server's own message, safe to show. */
  readonly excerpt: string | null;
  readonly detail: unknown;
  readonly now: number;
  readonly retryAt?: number;
  readonly renewedAt?: number;
}

/** How long to wait when a server reports a limit without a time. */
const UNKNOWN_LIMIT_MS = 60_000;

/** Some servers use 403 for a rate limit: with its headers, or in words (`userRateLimitExceeded`, `secondary rate limit`). */
function isLimit({ retryAt, renewedAt, detail }: RefusedAnswer): boolean {
  const words = () => /rate.?limit/i.test(JSON.stringify(detail ?? '').slice(0, 4096));
  return retryAt !== undefined || renewedAt !== undefined || words();
}

/** A response with an error status, as an ExternalError. */
export function statusError(side: Side, answer: RefusedAnswer): ExternalError {
  const { status, answered, detail, where, excerpt, now } = answer;
  const message = `${where} answered ${answered}${excerpt === null ? '' : `: ${excerpt}`}`;
  const retryAfterMs = answer.retryAt === undefined ? undefined : answer.retryAt - now;
  const known = { status, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (status === 429 || (status === 403 && isLimit(answer))) {
    const until = answer.retryAt ?? answer.renewedAt ?? now + UNKNOWN_LIMIT_MS;
    return new RateLimited('RATE_LIMITED', message, { ...known, until, retryAfterMs: until - now });
  }
  if (status === 401) return new AuthExpired(codeOf(side, 'AUTH_EXPIRED'), message, known);
  if (status === 403) return new Terminal(codeOf(side, 'FORBIDDEN'), message, known);
  if (status === 404 || status === 410) return new Terminal(codeOf(side, 'NOT_FOUND'), message, known);
  if (status >= 500 || status === 408 || status === 425)
    return new Retryable(codeOf(side, 'UNREACHABLE'), message, known);
  if (status >= 400) return new Terminal(codeOf(side, 'REQUEST_REFUSED'), message, known);
  return new Terminal(codeOf(side, 'INVALID_RESPONSE'), message, known);
}

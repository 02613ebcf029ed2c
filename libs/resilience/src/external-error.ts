import type { FetchErrorCode } from './fetch-error.js';

/** Public details of an external failure. Free of secrets, except `detail`. */
export interface ExternalErrorOptions extends ErrorOptions {
  /** The part of the request or configuration that is at fault. */
  readonly field?: string;
  /** HTTP status, if there was a response. */
  readonly status?: number;
  /** Milliseconds that the server asked us to wait. */
  readonly retryAfterMs?: number;
  /** No response in time: a smaller request may help. */
  readonly timedOut?: boolean;
  /** The body of the server's error, parsed when it is JSON, at most 64 KiB. */
  readonly detail?: unknown;
  /** Without a response: the outcome of the connection. */
  readonly connection?: FetchErrorCode;
}

/**
 * A failure of an external system, as one of four kinds. Connectors throw no other errors.
 * `code` is upper snake case and names the side: `SOURCE_UNREACHABLE`, `DESTINATION_AUTH_EXPIRED`, …
 */
export abstract class ExternalError extends Error {
  /** Whether the same request may succeed later without a change. */
  abstract readonly retryable: boolean;
  declare readonly field?: string;
  declare readonly status?: number;
  declare readonly retryAfterMs?: number;
  declare readonly timedOut?: boolean;
  declare readonly connection?: FetchErrorCode;
  readonly #detail: unknown;

  constructor(
    readonly code: string,
    message: string,
    { cause, detail, ...known }: ExternalErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.#detail = detail;
    Object.assign(this, Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)));
  }

  /** The server's error body, for the connector to inspect. Never logged, and never part of the error's output. */
  get detail(): unknown {
    return this.#detail;
  }
}

/** The same request fails the same way until something is changed. */
export class Terminal extends ExternalError {
  override readonly name = 'Terminal';
  readonly retryable = false;
}

/** Worth a retry, after `retryAfterMs` if it is known. */
export class Retryable extends ExternalError {
  override readonly name = 'Retryable';
  readonly retryable = true;
}

/** The code when the server refuses new tokens; the same on both sides. */
export const NO_ACCESS_TOKEN = 'NO_ACCESS_TOKEN';

/** The credential is no longer accepted, and could not be renewed: final until the user authorises again. */
export class AuthExpired extends ExternalError {
  override readonly name = 'AuthExpired';
  readonly retryable = false;
}

/** No request will succeed before `until` (ms since the epoch). */
export class RateLimited extends ExternalError {
  override readonly name = 'RateLimited';
  readonly retryable = true;
  readonly until: number;

  constructor(code: string, message: string, { until, ...options }: ExternalErrorOptions & { readonly until: number }) {
    super(code, message, { retryAfterMs: Math.max(0, until - Date.now()), ...options });
    this.until = until;
  }
}

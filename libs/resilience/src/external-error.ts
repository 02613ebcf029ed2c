import type { FetchErrorCode } from './fetch-error.js';

/** What may be known about a failure outside. Secrets have no place in any of it, `detail` apart. */
export interface ExternalErrorOptions extends ErrorOptions {
  /** The part of the request or configuration that is at fault. */
  readonly field?: string;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  /** Milliseconds that the other side asked us to wait. */
  readonly retryAfterMs?: number;
  /** Nothing came in time: asking for less may help. */
  readonly timedOut?: boolean;
  /** The body of the other side's error, parsed when it is JSON, at most 64 KiB. */
  readonly detail?: unknown;
  /** Where no answer came: what the connection did. */
  readonly connection?: FetchErrorCode;
}

/**
 * A failure of an external system, as one of four kinds. Connectors throw nothing else to the outside.
 * `code` is upper snake case and names the side: `SOURCE_UNREACHABLE`, `DESTINATION_AUTH_EXPIRED`, …
 */
export abstract class ExternalError extends Error {
  /** Whether the same request may succeed later without anybody's help. */
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

  /** The other side's own words, for the connector to look into. Never logged, and no part of any output of the error. */
  get detail(): unknown {
    return this.#detail;
  }
}

/** The same request fails the same way until somebody changes something. */
export class Terminal extends ExternalError {
  override readonly name = 'Terminal';
  readonly retryable = false;
}

/** Worth another try, after `retryAfterMs` if it is known. */
export class Retryable extends ExternalError {
  override readonly name = 'Retryable';
  readonly retryable = true;
}

/** The credential is no longer taken, and could not be renewed: final until somebody authorises anew. */
export class AuthExpired extends ExternalError {
  override readonly name = 'AuthExpired';
  readonly retryable = false;
}

/** Nothing more will be answered before `until` (ms since the epoch). */
export class RateLimited extends ExternalError {
  override readonly name = 'RateLimited';
  readonly retryable = true;
  readonly until: number;

  constructor(code: string, message: string, { until, ...options }: ExternalErrorOptions & { readonly until: number }) {
    super(code, message, { retryAfterMs: Math.max(0, until - Date.now()), ...options });
    this.until = until;
  }
}

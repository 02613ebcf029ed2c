/** Why a guarded fetch failed; the closed list. */
export type FetchErrorCode =
  | 'FETCH_BAD_URL'
  /** A header or method that HTTP does not have. */
  | 'FETCH_BAD_REQUEST'
  | 'FETCH_BLOCKED_ADDRESS'
  | 'FETCH_DNS_FAILED'
  | 'FETCH_CONNECT_FAILED'
  | 'FETCH_TLS_FAILED'
  | 'FETCH_TIMEOUT'
  | 'FETCH_TOO_LARGE'
  | 'FETCH_TOO_MANY_REDIRECTS'
  /** To another origin, with a body that was meant for the first. */
  | 'FETCH_BAD_REDIRECT'
  | 'FETCH_HTTP_STATUS'
  /** Malformed, cut off, or in an encoding that was not asked for. */
  | 'FETCH_BAD_RESPONSE'
  | 'FETCH_ABORTED';

/** The caller's errors with our address, size or patience: the same request would fail the same way. */
const PERMANENT: ReadonlySet<FetchErrorCode> = new Set([
  'FETCH_BAD_URL',
  'FETCH_BAD_REQUEST',
  'FETCH_BLOCKED_ADDRESS',
  'FETCH_TOO_LARGE',
  'FETCH_TOO_MANY_REDIRECTS',
  'FETCH_BAD_REDIRECT',
  'FETCH_ABORTED',
]);

/** 4xx that say 'later' rather than 'never'. */
const LATER = new Set([408, 425, 429]);

/** A fetch failed. The message names origin and path only: user names, queries and fragments may hold secrets. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Of FETCH_HTTP_STATUS. */
  readonly status: number | undefined;
  /** Milliseconds that the server asked us to wait (Retry-After), if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: FetchErrorCode,
    message: string,
    options: ErrorOptions & { status?: number; retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.retryable =
      options.status === undefined ? !PERMANENT.has(code) : options.status >= 500 || LATER.has(options.status);
  }
}

/** A URL without what may be secret: origin and path. */
export function displayUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

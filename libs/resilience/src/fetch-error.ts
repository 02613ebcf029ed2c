/** Why a call failed without a response; a closed list. */
export type FetchErrorCode =
  | 'FETCH_BAD_URL'
  /** A header or method that is not valid HTTP. */
  | 'FETCH_BAD_REQUEST'
  | 'FETCH_BLOCKED_ADDRESS'
  | 'FETCH_DNS_FAILED'
  | 'FETCH_CONNECT_FAILED'
  | 'FETCH_TLS_FAILED'
  | 'FETCH_TIMEOUT'
  | 'FETCH_TOO_LARGE'
  | 'FETCH_TOO_MANY_REDIRECTS'
  /** To another origin, with a body meant for the first. */
  | 'FETCH_BAD_REDIRECT'
  /** Malformed, cut off, or in an encoding that was not requested. */
  | 'FETCH_BAD_RESPONSE';

/**
 * A call failed without a response; inside this package only: callers get an ExternalError with its code as `connection`.
 * The message names origin and path only: user names, queries and fragments may hold secrets.
 */
export class FetchError extends Error {
  override readonly name = 'FetchError';

  constructor(
    readonly code: FetchErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A URL without possible secrets: origin and path. */
export function displayUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

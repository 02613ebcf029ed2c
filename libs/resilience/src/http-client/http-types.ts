import type { OnOverload } from './overload.js';

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Which end of a sync the other system is: the first word of every error code. */
export type Side = 'source' | 'destination';

/** Validators of an earlier response, and a check whether they belong to a given URL. */
export interface Condition {
  readonly etag?: string;
  readonly lastModified?: string;
  /** The values are sent only to URLs that this accepts: a validator means nothing to another resource. Default: all. */
  readonly appliesTo?: (url: string) => boolean;
}

/** What an answer means where its status does not show it. */
export interface Meaning {
  /** The status that it should have had: 2xx is a success, 401 leads to a new token, 429 and 503 are waited for. */
  readonly status: number;
  /** The system's own message. */
  readonly message?: string;
  /** Milliseconds that the system asks to wait. */
  readonly retryAfterMs?: number;
}

/** One call. Times in milliseconds, sizes in bytes. */
export interface HttpRequest {
  /** Default GET. */
  readonly method?: HttpMethod;
  readonly url: string;
  /** Added to the URL's own query; an array gives one pair an element, undefined none. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined | readonly string[]>>;
  /** Only sent to the original origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. At most one of `json` and `body`. */
  readonly json?: unknown;
  readonly body?: Uint8Array | string;
  /** For everything: waiting for a slot, retries, the whole body. Default 30 s. */
  readonly timeoutMs?: number;
  /** Largest body after decompression; never more than the pool's own limit. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /** Validators of an earlier response; makes 304 a success. */
  readonly condition?: Condition;
  /** Statuses besides 2xx that are not errors; a redirect among them is not followed. */
  readonly expect?: readonly number[];
  /** Reads the meaning of an answer with any status; undefined: what its status says. */
  readonly meaning?: (answer: HttpResponse) => Promise<Meaning | undefined>;
  /** Sent without the connection's credential, which allows any public origin. */
  readonly anonymous?: boolean;
  /** Whether it may be sent again after it failed half-way. Default: GET, HEAD, PUT and DELETE may, POST and PATCH not. */
  readonly idempotent?: boolean;
  /** Default `retry`; given by `PageSize.attempt`. */
  readonly onOverload?: OnOverload;
}

export interface HttpResponse {
  readonly status: number;
  /** True for 304: the body is empty, and the earlier one is still current. */
  readonly notModified: boolean;
  /** By name in any case; repeated ones are joined with a comma. */
  header(name: string): string | undefined;
  /** All of them, names in lower case. */
  headers(): Readonly<Record<string, string>>;
  /** Decompressed. */
  readonly body: Uint8Array;
  /** The final URL, after redirects, without the credential. The caller's own query may hold secrets. */
  readonly url: string;
  /** Number of redirects followed. */
  readonly redirects: number;
  /**
   * The body as JSON; numbers that a double does not represent exactly are text.
   * @throws Retryable `…_INVALID_RESPONSE` with the position where it stops being JSON
   */
  json<T = unknown>(): T;
  /** The body as UTF-8. */
  text(): string;
}

/** Calls one system. @throws Terminal · Retryable · AuthExpired · RateLimited; the signal's reason after an abort */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends the calls in flight; later ones are refused. */
  close(): Promise<void>;
}

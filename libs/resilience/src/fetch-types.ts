/** Values that an earlier answer came with, and the question whether they belong to a given URL. */
export interface Condition {
  readonly etag?: string;
  readonly lastModified?: string;
  /** The values are sent only to URLs that this accepts: a validator means nothing to another resource. Default: all. */
  readonly appliesTo?: (url: string) => boolean;
}

export interface FetchOptions {
  /** Sent to the first origin; after a redirect to another, only `accept`, `accept-language` and `user-agent` go along. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly condition?: Condition;
  /** Largest body in bytes after decompression; never more than the guard's own limit. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** A body, or the news that the one known to the caller is still true. */
export interface FetchResult {
  readonly status: number;
  /** True for 304: the body is empty, and the one that the condition belongs to still holds. */
  readonly notModified: boolean;
  /** Decompressed. */
  readonly body: Uint8Array;
  readonly headers: { readonly etag?: string; readonly lastModified?: string; readonly contentType?: string };
  /** The URL that answered, after redirects. It may hold secrets in its query. */
  readonly url: string;
  /** Number of redirects followed. */
  readonly redirects: number;
}

/** An outbound GET that cannot be led into private networks. @throws FetchError */
export type GuardedFetch = (url: string, options?: FetchOptions) => Promise<FetchResult>;

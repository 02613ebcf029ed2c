import type { Cursor } from '@tidemark/contracts';
import type { ObjectManifest } from './manifest/manifest.js';
import type { Json, JsonObject } from '@tidemark/foundation';

export type { Json, JsonObject };

/** Reads one system's objects, page by page. Made by `openSource` for one connection; `close` gives everything back. */
export interface Source {
  /**
   * The pages of one object, from `cursor` or from the beginning. Whoever stops after any page and reads on from its
   * cursor, in another process, gets the rest: nothing is skipped, nothing comes twice beyond the object's look-back.
   * Ends within 100 ms of an abort, with the signal's reason.
   * @throws ExternalError and nothing else (Terminal, Retryable, AuthExpired, RateLimited)
   */
  read(request: ReadRequest): AsyncIterable<Page>;
  /** Tries the configuration out, and says what is wrong with it and how to mend it. Never throws but for an abort. */
  check(signal: AbortSignal): Promise<CheckResult>;
  /** The objects that can be read now, where the manifest says `configured`. @throws ExternalError */
  objects?(signal: AbortSignal): Promise<readonly ObjectManifest[]>;
  close(): Promise<void>;
}

export interface ReadRequest {
  /** The name of the object: `issues`. */
  readonly object: string;
  /**
   * Of a page read earlier. Of a page with `hasMore`: read on behind it; of a last page: what changed since that read.
   * It remembers `since` and `window` of the read that it comes from; they are ignored then.
   */
  readonly cursor?: Cursor | null;
  /** ISO 8601, UTC. Only what changed at or after it, less the look-back. */
  readonly since?: string;
  /** ISO 8601, UTC; from inclusive, to exclusive. Only what was created or changed within. */
  readonly window?: { readonly from: string; readonly to: string };
  /** Records a page at most; default and limits are the manifest's. */
  readonly pageSize?: number;
  readonly signal: AbortSignal;
}

export interface Page {
  readonly records: readonly SourceRecord[];
  /** Objects that cannot be used, such as one without an id; reading goes on. */
  readonly problems: readonly RecordProblem[];
  /** Where to read on behind this page; small JSON without secrets. */
  readonly cursor: Cursor;
  readonly hasMore: boolean;
  /** Records of the whole read, as far as the source tells. */
  readonly estimate?: number;
}

export interface SourceRecord {
  /** The source's own id, unique within the object. */
  readonly externalId: string;
  readonly objectType: string;
  /** Empty for a deletion that brings nothing but its id. */
  readonly data: JsonObject;
  readonly deleted?: boolean;
  /** ISO 8601, UTC. */
  readonly updatedAt?: string;
}

export interface RecordProblem {
  readonly objectType: string;
  /** `OBJECT_MISSING_ID`, `OBJECT_INVALID`. */
  readonly code: string;
  readonly message: string;
  readonly externalId?: string;
  readonly field?: string;
  /** What was received, where it could be read. */
  readonly data?: Json;
}

/** What came of trying a configuration out. */
export type CheckResult =
  | { readonly ok: true; /** What was reached: `github.com as octocat`. */ readonly message: string }
  | { readonly ok: false; readonly problems: readonly CheckProblem[] };

export interface CheckProblem {
  /** Path from the config, where one field is at fault. */
  readonly field?: string;
  readonly code: string;
  readonly message: string;
}

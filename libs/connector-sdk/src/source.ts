import type { Cursor } from '@tidemark/contracts';
import type { ObjectManifest } from './manifest/manifest.js';
import type { Json, JsonObject } from '@tidemark/foundation';

export type { Json, JsonObject };

/** Reads one system's objects, page by page. Opened by `openSource` for one connection; `close` releases everything. */
export interface Source {
  /**
   * The pages of one object, from `cursor` or from the beginning. A read that stops after any page can be resumed from
   * that page's cursor, in another process: nothing is skipped, and only the object's look-back is repeated.
   * Rejects within 100 ms of an abort with the signal's reason.
   * @throws ExternalError and nothing else (Terminal, Retryable, AuthExpired, RateLimited)
   */
  read(request: ReadRequest): AsyncIterable<Page>;
  /**
   * Objects by id, as pushes name them: fewer records than ids where the source has no such object and does not report
   * deletions, else a record that is `deleted`. In no order; repeatable. Absent: what is pushed is read by `read`.
   * @throws ExternalError
   */
  fetch?(request: FetchRequest): Promise<Fetched>;
  /** Tests the configuration and reports its problems and how to fix them. Throws only after an abort. */
  check(signal: AbortSignal): Promise<CheckResult>;
  /** The objects that can be read now, where the manifest says `configured`. @throws ExternalError */
  objects?(signal: AbortSignal): Promise<readonly ObjectManifest[]>;
  close(): Promise<void>;
}

export interface ReadRequest {
  /** The name of the object: `issues`. */
  readonly object: string;
  /**
   * From an earlier page. If that page had `hasMore`, the read continues after it; otherwise it returns later changes.
   * It holds the `since` and `window` of its own read; those of this request are then ignored.
   */
  readonly cursor?: Cursor | null;
  /** ISO 8601, UTC. Only objects changed at or after this time, less the look-back. */
  readonly since?: string;
  /** ISO 8601, UTC; from inclusive, to exclusive. Only objects created or changed within. */
  readonly window?: { readonly from: string; readonly to: string };
  /** Maximum records per page; default and limits are the manifest's. */
  readonly pageSize?: number;
  readonly signal: AbortSignal;
}

export interface FetchRequest {
  readonly object: string;
  /** Without repetitions, at most 100. */
  readonly ids: readonly string[];
  readonly signal: AbortSignal;
}

export type Fetched = Pick<Page, 'records' | 'problems'>;

export interface Page {
  readonly records: readonly SourceRecord[];
  /** Unusable objects, such as one without an id; they do not end the read. */
  readonly problems: readonly RecordProblem[];
  /** Where to continue after this page; small JSON without secrets. */
  readonly cursor: Cursor;
  readonly hasMore: boolean;
  /** Records of the whole read, if the source reports it. */
  readonly estimate?: number;
}

export interface SourceRecord {
  /** The source's own id, unique within the object. */
  readonly externalId: string;
  readonly objectType: string;
  /** Empty for a deletion of which only the id is known. */
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
  /** The received data, if it could be parsed. */
  readonly data?: Json;
}

/** The result of checking a configuration. */
export type CheckResult =
  | { readonly ok: true; /** What was reached: `github.com as octocat`. */ readonly message: string }
  | { readonly ok: false; readonly problems: readonly CheckProblem[] };

export interface CheckProblem {
  /** Path from the config, where one field is at fault. */
  readonly field?: string;
  readonly code: string;
  readonly message: string;
}

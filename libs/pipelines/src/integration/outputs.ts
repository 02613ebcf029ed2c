import type { BlobId } from '@tidemark/blob-store';
import type { Cursor, Failure, JobParameters, Pushed } from '@tidemark/contracts';

/** The output of each stage of an integration's pipeline: small JSON that is part of an event. */
export interface IntegrationOutputs {
  readonly prepare: PrepareOutput;
  readonly sync: SyncOutput;
  readonly finalize: object;
}

/** Of a job: some of the connection's objects, and how much of them; or, of type webhook, what was pushed. */
export interface IntegrationParameters extends Pick<
  JobParameters,
  'objects' | 'limit' | 'window' | 'chunkSize' | 'slices' | 'order' | 'rows' | 'only'
> {
  readonly pushed?: readonly Pushed[];
}

/** The objects to read, in order, and where each begins; or the blob that lists them, when they are many. */
export interface PrepareOutput {
  readonly objects: readonly ObjectStart[] | BlobId;
  /** The record store came back older: cursors of before are worth nothing, also of objects that are not read now. */
  readonly isAnew?: boolean;
  /** ISO 8601: before the first object was read; the next job without a cursor reads what changed since. */
  readonly startedAt: string;
  /** JSON lines: the failed rows to write again, in place of objects, as people corrected them. */
  readonly failedRows?: BlobId;
  /** JSON: what was decided about rows before the job began, by id. Absent: nothing. */
  readonly decisions?: BlobId;
}

export interface ObjectStart {
  readonly object: string;
  /**
   * From the cursor of the last completed job, from what changed since its start, from the beginning; or a window, or
   * exactly what was pushed, which leave the cursor where it is.
   */
  readonly from: 'cursor' | 'since' | 'beginning' | 'window' | 'pushed';
  /** Why, in one sentence. Absent in jobs of the first versions. */
  readonly reason?: string;
  /** Names a slice of the object: `issues#2`. Absent: the object is read as a whole. */
  readonly part?: string;
  /** ISO 8601, with `from: 'window'`; from inclusive, to exclusive. */
  readonly window?: { readonly from: string; readonly to: string };
  /** ISO 8601, with `from: 'since'`. */
  readonly since?: string;
  /** With `from: 'cursor'`: in place of that of the last completed job, where a destination was restored from a copy. */
  readonly cursor?: Cursor;
  /** The number that the position of each destination which keeps them has reached, by its name. */
  readonly positions?: { readonly [destination: string]: number };
}

export interface SyncOutput {
  /** How each object, or each slice, ended, by name; or the blob that holds it, when it is too large for an event. */
  readonly objects: { readonly [object: string]: ObjectEnd } | BlobId;
}

export interface ObjectEnd {
  /** Where the next job goes on; absent when the object failed before its first page. */
  readonly cursor?: Cursor;
  /** Pages that were read and written. */
  readonly pages: number;
  /** Objects of the source that could not be used. Absent: none. */
  readonly problems?: number;
  /** It began at the source's beginning, and not where a job before it had got. */
  readonly isWhole?: boolean;
  readonly error?: Failure;
}

/** What an integration keeps from its completed jobs. */
export interface IntegrationCursor extends Cursor {
  readonly objects: { readonly [object: string]: ObjectCursor } | BlobId;
  /** Reset since they were committed to a blob. Absent: none. */
  readonly without?: readonly string[];
  /** The job that was noted last in the record store: a store without it has lost what the objects are based on. */
  readonly mark?: string;
}

export interface ObjectCursor {
  /** The connector's own; absent where it has none. */
  readonly cursor?: Cursor;
  /** ISO 8601: when the job began that read the object last. */
  readonly startedAt: string;
  /** As in the start of an object, at the end of that job. */
  readonly positions?: { readonly [destination: string]: number };
}

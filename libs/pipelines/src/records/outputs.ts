import type { BlobId } from '@tidemark/blob-store';
import type { Cursor, JobParameters } from '@tidemark/contracts';
import type { JsonObject } from '@tidemark/foundation';

/** The output of each stage of the pipeline `records`: small JSON that is part of an event. */
export interface RecordsOutputs {
  readonly query: QueryOutput;
  readonly detect: DetectOutput;
  readonly write: WriteOutput;
  readonly finalize: object;
}

export type RecordsParameters = Pick<JobParameters, 'dryRun' | 'rows' | 'only'>;

export interface QueryOutput {
  /** JSON lines: the rows of the source. */
  readonly rows: BlobId;
  /** JSON: the names of all columns. */
  readonly columns: BlobId;
  /** Rows that could not be used: they are not known to be gone. */
  readonly problems: number;
  /** The number that the destination's position had reached. Absent: it keeps none. */
  readonly position?: number;
  /** The destination was restored from a copy: the snapshot of what it has now, or null when none says that. */
  readonly restoredTo?: BlobId | null;
}

export interface DetectOutput {
  /** JSON lines: what to write, each with its key. */
  readonly changes: BlobId;
  /** Everything that is written. */
  readonly count: number;
  /** Before the changes the rows of `query` are written, all but those whose numbers (from 1) these JSON lines are. */
  readonly rowsWithout?: BlobId;
  /** JSON lines: keys whose difference is not written in this job; the next one finds it again. */
  readonly held: BlobId;
  /** A full job that could not find out which rows are gone. */
  readonly isGoneUnknown?: boolean;
  /** Some rows could not be used: what was not found may be among them. */
  readonly hasUnusable?: boolean;
  /** JSON: what would be written, of a dry run. */
  readonly preview?: BlobId;
}

export interface WriteOutput {
  /** Some rows that are gone are still in the destination. */
  readonly hasUndeleted?: boolean;
  /** The last of the blobs with keys of rows that are not in the destination; each names the one before. */
  readonly failed?: BlobId;
}

/** What a record sync keeps from its completed jobs. */
export interface RecordsCursor extends Cursor {
  /** What the destination was brought up to. */
  readonly snapshot: BlobId;
  /** As in the output of `write`. */
  readonly failed?: BlobId;
  /** The position of the destination at the end of the last jobs, the latest last, and the snapshot that was committed. */
  readonly positions?: readonly RecordsPosition[];
}

export interface RecordsPosition extends JsonObject {
  readonly number: number;
  readonly snapshot: BlobId;
}

import type { JsonObject, Labelled } from '@tidemark/foundation';
import type { FailedRows } from './failed-rows.js';
import type { Scope } from './scope.js';

/** An object as a source delivered it. */
export interface IncomingRecord {
  /** The source's own id, unique within the object. */
  readonly externalId: string;
  /** Empty for a deletion. */
  readonly data: JsonObject;
  readonly deleted?: boolean;
  /** ISO 8601, UTC: when it changed in the source. An older state never replaces a newer one. */
  readonly updatedAt?: string;
}

/** Records of one object, written at once. */
export interface RecordBatch extends Scope {
  /** Unique within the connection, and the same whenever the batch is repeated. */
  readonly id: string;
  /** The job that read it. */
  readonly jobId: string;
  readonly object: string;
  /**
   * Of a job that runs beside the others of its connection: when it began, in milliseconds since the epoch. What another job
   * has stored since then is newer, unless `updatedAt` says otherwise.
   */
  readonly beganAt?: number;
  /** Each external id at most once. */
  readonly records: readonly IncomingRecord[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a write did. `skipped`: nothing differs, what is stored is newer, or there was nothing to delete. */
export type RecordResult = 'created' | 'updated' | 'deleted' | 'skipped';

/** A synced object as it is stored. Times are milliseconds since the epoch. */
export interface StoredRecord {
  readonly object: string;
  readonly externalId: string;
  /** Of a deleted one: as it was last. */
  readonly data: JsonObject;
  /** SHA-256 of the data, hexadecimal: the same for the same content, in whatever order its fields are. */
  readonly hash: string;
  readonly deleted: boolean;
  /** When it changed in the source, where the source says so. */
  readonly updatedAt?: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** When the stored content last changed. */
  readonly changedAt: number;
}

export interface RecordQuery {
  readonly object?: string;
  /** Milliseconds since the epoch: only those whose stored content changed at or after it. */
  readonly changedSince?: number;
  /** Only deleted ones, or only others. Default: both. */
  readonly deleted?: boolean;
  /** The `next` of an earlier page. */
  readonly cursor?: string;
  readonly limit: number;
}

/** Records in the order in which they changed. */
export interface RecordPage {
  readonly records: readonly StoredRecord[];
  /**
   * Where to go on. Null at the end; `end` then leads to later changes. A reader that follows it sees each change after
   * which a record stays as it is, once, whatever is written meanwhile.
   */
  readonly next: string | null;
  readonly end: string;
}

/** The record store port: the synced objects of connections. Adapters: SQLite and MongoDB. */
export interface RecordStore extends Labelled {
  readonly failedRows: FailedRows;
  /**
   * Stores a batch; a result for each record, in order. The same batch again returns the same results, unless other
   * batches changed its records since. @throws RecordStoreUnavailable
   */
  write(batch: RecordBatch): Promise<readonly RecordResult[]>;
  /** Of each record of the batch: it stays as it is, since what is stored is newer. */
  areOlder(batch: RecordBatch): Promise<readonly boolean[]>;
  /** What the job has not seen of an object and is not deleted, by external id. */
  listUnseen(unseen: Unseen & { readonly after?: string; readonly limit: number }): Promise<readonly StoredRecord[]>;
  /** How many records of the object are stored, and how many of them the job has not seen. */
  countUnseen(unseen: Unseen): Promise<{ readonly total: number; readonly unseen: number }>;
  get(scope: Scope, object: string, externalId: string): Promise<StoredRecord | undefined>;
  /** @throws RecordCursorInvalid when the cursor is not one of this store's */
  list(scope: Scope, query: RecordQuery): Promise<RecordPage>;
  /**
   * Notes that the store has everything that the connection's jobs up to this one have read. @throws RecordStoreUnavailable
   */
  mark(scope: Scope, jobId: string): Promise<void>;
  /** The last two jobs that were noted, the last one first. A store that came back older has older ones, or none. */
  marks(scope: Scope): Promise<readonly string[]>;
  /** Makes cursors of the scope invalid: what they were given for is lost, and their numbers are given again. */
  invalidateCursors(scope: Scope): Promise<void>;
  /** Removes everything of a connection, its failed rows and what it keeps for its destinations included. */
  remove(scope: Scope): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Unseen extends Scope {
  readonly jobId: string;
  readonly object: string;
}

/** The store cannot be reached or written; the call may be repeated. */
export class RecordStoreUnavailable extends Error {
  override readonly name = 'RecordStoreUnavailable';
  readonly code = 'RECORD_STORE_UNAVAILABLE';
}

export class RecordCursorInvalid extends Error {
  override readonly name = 'RecordCursorInvalid';
  readonly code = 'INVALID_CURSOR';

  constructor() {
    super('the cursor is not one of this list, or the record store was restored since: begin without one');
  }
}

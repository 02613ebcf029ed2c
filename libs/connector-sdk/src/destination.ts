import type { DestinationManifest, WriteMode } from './manifest/manifest.js';
import type { CheckResult, Json, JsonObject } from './source.js';

/** Writes rows into one system. Opened by `openDestination` for one connection; `close` releases everything. */
export interface Destination {
  /**
   * Writes a batch and returns a result for every row, in the batch's order. Repeating a batch (same `id`) after a crash
   * or a lost response changes nothing that was written and returns the same kind of result.
   * Rejects within 100 ms of an abort with the signal's reason; what was written by then stays written.
   * @throws ExternalError and nothing else, when the batch as a whole cannot be written
   */
  write(batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]>;
  /**
   * The position of the last committed batch of a stream, for destinations whose batches are transactions. One that was
   * restored from a backup returns an older position than was written last: read again from its cursor, or from the
   * beginning if it is null. `unknown`: positions cannot be kept there. @throws ExternalError
   */
  position?(object: string, stream: string, signal: AbortSignal): Promise<WritePosition | null | 'unknown'>;
  /** Tests the configuration and reports its problems and how to fix them. Throws only after an abort. */
  check(signal: AbortSignal): Promise<CheckResult>;
  close(): Promise<void>;
}

/** A destination with what its manifest says: modes, batch sizes. */
export interface OpenedDestination extends Destination {
  readonly manifest: DestinationManifest;
}

export interface WriteBatch {
  /** Unique among all batches of a connection, and stable across retries of the batch. */
  readonly id: string;
  readonly mode: WriteMode;
  /** Where the rows go: a table, a file, an object type. */
  readonly object: string;
  /** The fields that identify a row. */
  readonly key: readonly string[];
  /** Kept by destinations that have `position`, ignored by others. */
  readonly position?: WritePosition;
  /** At most the manifest's `batchSize.max`. */
  readonly rows: readonly WriteRow[];
}

/** How far a writer has got, kept by the destination in the batch's own transaction. */
export interface WritePosition {
  /** What is written: a connection's object and destination. */
  readonly stream: string;
  /** Increases with every batch of the stream, also across runs; of batches in flight the highest is kept. */
  readonly number: number;
  /** Everything read before it was committed when the batch was sent: reading from here misses nothing. */
  readonly cursor: Json;
}

export interface WriteRow {
  /** `delete` only in mode mirror; its data needs no more than the key. Default `write`. */
  readonly action?: 'write' | 'delete';
  readonly data: JsonObject;
}

/** The result for one row. `skipped`: nothing to update or delete, or no difference. */
export type RowResult =
  | { readonly status: 'created' | 'updated' | 'deleted' }
  /** `reason`: why the destination left a different row as it was; absent when there was nothing to do. */
  | { readonly status: 'skipped'; readonly reason?: string }
  | {
      readonly status: 'failed';
      /** The field at fault, if the destination names one. */
      readonly field?: string;
      /** Upper snake case. */
      readonly code: string;
      readonly message: string;
      /** Whether the same row may succeed later. */
      readonly retryable: boolean;
    };

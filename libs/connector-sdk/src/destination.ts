import type { WriteMode } from './manifest/manifest.js';
import type { CheckResult, JsonObject } from './source.js';

/** Writes rows into one system. Made by `openDestination` for one connection; `close` gives everything back. */
export interface Destination {
  /**
   * Writes a batch and answers for every row, in the batch's order. The same batch (same `id`) given again, after a
   * crash or a lost answer, changes nothing that was done and answers the same kind of result.
   * Ends within 100 ms of an abort, with the signal's reason; what was done by then is done.
   * @throws ExternalError and nothing else, when the batch as a whole cannot be written
   */
  write(batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]>;
  /** Tries the configuration out, and says what is wrong with it and how to mend it. Never throws but for an abort. */
  check(signal: AbortSignal): Promise<CheckResult>;
  close(): Promise<void>;
}

export interface WriteBatch {
  /** Unique among all batches of a connection, and the same when the batch is tried again. */
  readonly id: string;
  readonly mode: WriteMode;
  /** Where the rows belong: a table, a file, an object type. */
  readonly object: string;
  /** The fields that name a row. */
  readonly key: readonly string[];
  /** At most the manifest's `batchSize.max`. */
  readonly rows: readonly WriteRow[];
}

export interface WriteRow {
  /** `delete` only in mode mirror; its data needs no more than the key. Default `write`. */
  readonly action?: 'write' | 'delete';
  readonly data: JsonObject;
}

/** What became of one row. `skipped`: nothing was there to update or delete, or nothing differed. */
export type RowResult =
  | { readonly status: 'created' | 'updated' | 'deleted' | 'skipped' }
  | {
      readonly status: 'failed';
      /** The field at fault, where the destination names one. */
      readonly field?: string;
      /** Upper snake case. */
      readonly code: string;
      readonly message: string;
      /** Whether the same row may be taken later. */
      readonly retryable: boolean;
    };

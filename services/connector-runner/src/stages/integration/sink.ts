import type { JsonObject, RowResult } from '@tidemark/connector-sdk';
import type { Cursor, SinkResult } from '@tidemark/contracts';
import type { Mapping } from '@tidemark/mapping';
import type { RefusedRow, RowRef, Scope, StoredRecord } from '@tidemark/record-store';
import type { MappedRecord } from '../mappings.js';

/** The records of one page of an object. */
export interface PageOfRecords {
  readonly object: string;
  /** As the sink's mapping has them. */
  readonly records: readonly MappedRecord[];
  /** The job that read them. */
  readonly jobId: string;
  /** Where among the pages that the job read: two pages may have the same content. */
  readonly position: string;
  /** Where the source goes on behind them, and the number of that in each destination which keeps it, by name. */
  readonly reached?: { readonly cursor: Cursor; readonly numbers: { readonly [destination: string]: number } };
}

/** A row of the ledger that is written again. */
export interface RetriedRow extends RowRef, Pick<RefusedRow, 'data' | 'action'> {
  /** Written in place of the data. */
  readonly corrected?: JsonObject;
  /** Why the mapping refused it: without a correction it is refused again. */
  readonly problem?: NonNullable<MappedRecord['problem']>;
}

/** One place that records are written to. */
export interface Sink {
  readonly name: string;
  /** False: its failure is recorded, and the job goes on. */
  readonly required: boolean;
  /** Absent: records are written as they are. */
  readonly mapping?: Mapping;
  /**
   * Writes a page; a result for each record, in order. The same page again yields the same results.
   * @throws ExternalError when the page as a whole cannot be written
   */
  write(page: PageOfRecords, signal: AbortSignal): Promise<readonly RowResult[]>;
  /** Writes rows that it refused before; a result for each, in order. Absent: it refuses none. @throws ExternalError */
  retry?(
    page: Omit<PageOfRecords, 'records'>,
    rows: readonly RetriedRow[],
    signal: AbortSignal,
  ): Promise<readonly RowResult[]>;
  /** Absent: nothing is deleted from it but what the source says. */
  readonly mirrored?: Mirrored;
}

/** A sink that holds no more than its source does: what a whole read has not seen is deleted from it. */
export interface Mirrored {
  /** Where the record store has what the connection wrote to the sink; rows of others are never touched. */
  readonly scope: Scope;
  /** Deletes from the sink; a result for each. @throws ExternalError when nothing could be deleted */
  delete(
    page: { readonly object: string; readonly jobId: string; readonly gone: readonly StoredRecord[] },
    signal: AbortSignal,
  ): Promise<readonly RowResult[]>;
}

/** What became of a record in all required sinks together: the first of these that any of them says. */
const order = ['failed', 'created', 'updated', 'deleted', 'skipped'] as const;

export const together = (results: readonly RowResult[]): RowResult =>
  order.map((status) => results.find((one) => one.status === status)).find((one) => one !== undefined)!;

/** A sink's numbers after another page. */
export function afterPage(
  { written, failed }: SinkResult = { written: 0, failed: 0 },
  results: readonly RowResult[],
): SinkResult {
  const refused = results.filter(({ status }) => status === 'failed').length;
  return { written: written + results.length - refused, failed: failed + refused };
}

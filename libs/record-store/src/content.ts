import { hash } from 'node:crypto';
import { messagePattern } from '@tidemark/foundation';
import { canonicalJson } from '@tidemark/foundation/json';
import { failedRowId, keyText, type RefusedRow } from './failed-rows.js';
import type { IncomingRecord, RecordBatch, RecordResult } from './port.js';

/** The parts of a stored record that decide what a write does. */
export interface Known {
  readonly hash: string;
  readonly deleted: boolean;
  readonly updatedAt?: string | null;
  /** The job that saw it last; `a+b` when `b` did, which runs beside `a`. */
  readonly job: string;
  readonly lastSeenAt: number;
  readonly changedAt: number;
  /** The last batch that wrote it, and what that did. */
  readonly batch: string;
  readonly result: RecordResult;
}

/** SHA-256, hexadecimal, of the data in canonical form. */
export const contentHash = (data: object): string => hash('sha256', canonicalJson(data), 'hex');

/**
 * What writing the record does. A repeated batch does what it did at first; a record that is older than the stored one
 * does nothing.
 */
export function resultOf(
  record: IncomingRecord,
  hash: string,
  known: Known | undefined,
  batch: Pick<RecordBatch, 'id' | 'jobId' | 'beganAt'>,
): RecordResult {
  if (known?.batch === batch.id) return known.result;
  if (known && isStale(record, known, batch)) return 'skipped';
  if (record.deleted) return known && !known.deleted ? 'deleted' : 'skipped';
  if (!known || known.deleted) return 'created';
  return known.hash === hash ? 'skipped' : 'updated';
}

/** What is stored is newer than the record. */
export const isStale = (record: IncomingRecord, known: Known, batch: Pick<RecordBatch, 'jobId' | 'beganAt'>): boolean =>
  isOlder(record.updatedAt, known.updatedAt) || isOvertaken(record, known, batch);

const isOlder = (incoming: string | undefined, stored: string | null | undefined) =>
  incoming !== undefined && stored != null && Date.parse(incoming) < Date.parse(stored);

/** Another job has stored the record since this one began, and nothing says that this one has read a later state. */
function isOvertaken(
  { updatedAt }: IncomingRecord,
  known: Known,
  { jobId, beganAt }: Pick<RecordBatch, 'jobId' | 'beganAt'>,
): boolean {
  if (beganAt === undefined || known.job === jobId || known.job.endsWith(`+${jobId}`)) return false;
  if (!known.deleted && isOlder(known.updatedAt ?? undefined, updatedAt)) return false;
  return Math.max(known.lastSeenAt, known.changedAt) >= beganAt;
}

/** Who has seen the record, once this batch is written: a job beside the others does not hide that they have seen it. */
export const seenBy = ({ jobId, beganAt }: RecordBatch, known: Pick<Known, 'job'> | undefined): string =>
  beganAt === undefined || !known || known.job === jobId ? jobId : `${known.job.split('+', 1)[0]!}+${jobId}`;

/** When what is stored changed in the source, once an unchanged record was seen again. */
export const lastUpdate = ({ updatedAt }: IncomingRecord, known: Pick<Known, 'updatedAt'>): string | null => {
  const stored = known.updatedAt ?? null;
  return updatedAt !== undefined && (stored === null || isOlder(stored, updatedAt)) ? updatedAt : stored;
};

/** What is stored of a refused row besides itself. */
export const describeRefused = (row: RefusedRow) => ({
  id: failedRowId(row),
  pattern: messagePattern(row.message),
  keyText: keyText(row.key),
  hash: contentHash(row.data),
});

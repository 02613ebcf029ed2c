import { hash } from 'node:crypto';
import { messagePattern } from '@tidemark/foundation';
import { canonicalJson } from '@tidemark/foundation/json';
import { failedRowId, keyText, type RefusedRow } from './failed-rows.js';
import type { IncomingRecord, RecordResult } from './port.js';

/** The parts of a stored record that decide what a write does. */
export interface Known {
  readonly hash: string;
  readonly deleted: boolean;
  readonly updatedAt?: string | null;
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
export function resultOf(record: IncomingRecord, hash: string, known: Known | undefined, batch: string): RecordResult {
  if (known?.batch === batch) return known.result;
  if (known && isOlder(record.updatedAt, known.updatedAt)) return 'skipped';
  if (record.deleted) return known && !known.deleted ? 'deleted' : 'skipped';
  if (!known || known.deleted) return 'created';
  return known.hash === hash ? 'skipped' : 'updated';
}

const isOlder = (incoming: string | undefined, stored: string | null | undefined) =>
  incoming !== undefined && stored != null && Date.parse(incoming) < Date.parse(stored);

/** What is stored of a refused row besides itself. */
export const describeRefused = (row: RefusedRow) => ({
  id: failedRowId(row),
  pattern: messagePattern(row.message),
  keyText: keyText(row.key),
  hash: contentHash(row.data),
});

import { hash } from 'node:crypto';
import { canonicalJson } from '@tidemark/foundation/json';
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

import { createHash } from 'node:crypto';
import type { PageOfRecords } from './sink.js';

/** The same for the same rows of the same page, so that a batch which is written again after a crash is recognized. */
export function batchIdOf(
  { jobId, object, position }: Pick<PageOfRecords, 'jobId' | 'object' | 'position'>,
  from: number,
  rows: readonly object[],
): string {
  const hash = createHash('sha256').update(JSON.stringify([object, position, from, rows]));
  return `${jobId}-${hash.digest('base64url').slice(0, 22)}`;
}

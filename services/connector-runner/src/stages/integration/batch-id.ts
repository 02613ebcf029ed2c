import { createHash } from 'node:crypto';

/** The id of a batch is that of its content: the same rows, written again after a crash, are recognized. */
export const batchIdOf = (jobId: string, object: string, rows: readonly object[]): string =>
  `${jobId}-${createHash('sha256')
    .update(JSON.stringify([object, rows]))
    .digest('base64url')
    .slice(0, 22)}`;

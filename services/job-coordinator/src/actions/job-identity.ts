import { createHash } from 'node:crypto';
import { uuidv5, uuidv7 } from '@tidemark/foundation';
import type { Coordinator } from '../coordinator.js';
import { assertNew } from '../job/job.decide.js';

/** What makes a requested job the same job when the request is repeated. */
export interface JobIdentity {
  readonly jobId: string;
  /** Of the request; absent when each request is a new job. */
  readonly requestHash?: string;
}

/** With an idempotency key the job's id derives from it, and the hash distinguishes a repetition from another request. */
export const jobIdentity = (tenant: string, key: string | undefined, request: object): JobIdentity =>
  key === undefined
    ? { jobId: uuidv7() }
    : { jobId: uuidv5('job', tenant, key), requestHash: hashOf(JSON.stringify(request)) };

export const hashOf = (request: string): string => createHash('sha256').update(request).digest('base64url');

/**
 * To be called before anything else is checked: a repeated request names its job, whatever has become of the
 * connection. @throws TidemarkError DUPLICATE_JOB · IDEMPOTENCY_KEY_REUSED
 */
export async function assertNotCreated({ jobs }: Coordinator, { jobId, requestHash }: JobIdentity): Promise<void> {
  if (requestHash !== undefined) assertNew((await jobs.load(jobId)).state, requestHash);
}

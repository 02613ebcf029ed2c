import { TidemarkError, type JobRef, type JobView } from '@tidemark/contracts';
import { expediteRetry } from '../actions/expedite-retry.js';
import { findJob, ownedJob } from '../actions/find-job.js';
import { viewOf } from '../actions/view-of.js';
import type { Context, Coordinator } from '../coordinator.js';
import { isEnded, type ExistingJob } from '../job/job.js';

/**
 * The job waits for its next attempt no longer. Repeating it, also once the attempt has begun, changes nothing.
 * @throws TidemarkError NOT_FOUND · JOB_NOT_RETRYABLE when the job has ended, or has not failed an attempt
 */
export async function retryNow(coordinator: Coordinator, context: Context, ref: JobRef): Promise<JobView> {
  assertHasNextAttempt(await findJob(coordinator, ref));
  const { state } = await expediteRetry(coordinator, context, ref.jobId, 'requested');
  return viewOf(coordinator, ownedJob(state, ref.tenant));
}

function assertHasNextAttempt(job: ExistingJob): void {
  const { id: jobId, status, retryCount } = job;
  if (isEnded(job))
    throw new TidemarkError('JOB_NOT_RETRYABLE', `job ${jobId} has already ${status}: retry it as a new job`, {
      jobId,
    });
  if (retryCount === 0)
    throw new TidemarkError(
      'JOB_NOT_RETRYABLE',
      `job ${jobId} does not wait for a retry: no attempt of it has failed`,
      {
        jobId,
      },
    );
}

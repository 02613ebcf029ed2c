import { TidemarkError, type JobRef, type JobView } from '@tidemark/contracts';
import { findJob, ownedJob } from '../actions/find-job.js';
import { viewOf } from '../actions/view-of.js';
import type { Context, Coordinator } from '../coordinator.js';
import { isEnded, type ExistingJob } from '../job/job.js';

/**
 * The job waits for its next attempt no longer. Repeating it, also once the attempt has begun, changes nothing.
 * @throws TidemarkError NOT_FOUND · JOB_NOT_RETRYABLE when the job has ended, or has not failed an attempt
 */
export async function retryNow(coordinator: Coordinator, context: Context, ref: JobRef): Promise<JobView> {
  const { jobs, time } = coordinator;
  assertHasNextAttempt(await findJob(coordinator, ref));
  const data = { reason: 'requested', at: time.now() };
  const { state } = await jobs.handle(ref.jobId, { type: 'ExpediteRetry', data }, context);
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

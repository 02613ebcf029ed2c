import type { CancelJob, JobView } from '@tidemark/contracts';
import { findJob, ownedJob } from '../actions/find-job.js';
import { viewOf } from '../actions/view-of.js';
import type { Context, Coordinator } from '../coordinator.js';

/** How long the runner has to stop before it loses its claim. */
const CANCEL_DEADLINE_MS = 3000;

/** Cancels a job that has not ended: at once when no runner is working on it. @throws TidemarkError NOT_FOUND · JOB_NOT_CANCELLABLE */
export async function cancelJob(
  coordinator: Coordinator,
  context: Context,
  { reason, ...ref }: CancelJob,
): Promise<JobView> {
  const { jobs, time } = coordinator;
  await findJob(coordinator, ref);
  const at = time.now();
  const data = { reason: reason ?? 'no reason given', deadline: at + CANCEL_DEADLINE_MS, at };
  const { state } = await jobs.handle(ref.jobId, { type: 'CancelJob', data }, context);
  return viewOf(coordinator, ownedJob(state, ref.tenant));
}

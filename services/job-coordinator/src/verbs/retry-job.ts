import { TidemarkError, type JobRef, type JobView } from '@tidemark/contracts';
import { uuidv7 } from '@tidemark/foundation';
import { findConnection } from '../actions/find-connection.js';
import { findJob } from '../actions/find-job.js';
import { startJob } from '../actions/start-job.js';
import type { Context, Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';

/** Creates a new job that replaces an ended one. @throws TidemarkError NOT_FOUND · JOB_NOT_RETRYABLE · CONNECTION_NOT_ACTIVE */
export async function retryJob(coordinator: Coordinator, context: Context, ref: JobRef): Promise<JobView> {
  const job = await findJob(coordinator, ref);
  if (!isEnded(job))
    throw new TidemarkError('JOB_NOT_RETRYABLE', `job ${job.id} is still ${job.status}`, { jobId: job.id });
  const connection = await findConnection(coordinator, { tenant: ref.tenant, connectionId: job.connectionId });
  const request = {
    jobId: uuidv7(),
    type: job.type,
    trigger: 'retry',
    whenBusy: connection.whenBusy,
    retryOf: job.id,
    parameters: job.pipeline.parameters,
  } as const;
  return startJob(coordinator, context, connection, request);
}

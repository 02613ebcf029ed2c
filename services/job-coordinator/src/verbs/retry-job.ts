import { TidemarkError, type JobView, type RetryJob } from '@tidemark/contracts';
import { findConnection } from '../actions/find-connection.js';
import { findJob } from '../actions/find-job.js';
import { assertNotCreated, jobIdentity } from '../actions/job-identity.js';
import { startJob } from '../actions/start-job.js';
import type { Context, Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';

/**
 * Creates a new job that replaces an ended one, or that writes the failed rows of its connection alone.
 * @throws TidemarkError NOT_FOUND · JOB_NOT_RETRYABLE · CONNECTION_NOT_ACTIVE · DUPLICATE_JOB · IDEMPOTENCY_KEY_REUSED ·
 *   QUEUE_FULL
 */
export async function retryJob(
  coordinator: Coordinator,
  context: Context,
  { idempotencyKey, rows, ...ref }: RetryJob,
): Promise<JobView> {
  const { tenant } = ref;
  const identity = jobIdentity(tenant, idempotencyKey, { retryOf: ref.jobId, ...(rows && { rows }) });
  await assertNotCreated(coordinator, identity);
  const job = await findJob(coordinator, ref);
  if (!isEnded(job))
    throw new TidemarkError('JOB_NOT_RETRYABLE', `job ${job.id} is still ${job.status}`, { jobId: job.id });
  const connection = await findConnection(coordinator, { tenant, connectionId: job.connectionId });
  const { type, pipeline } = job;
  const work = rows
    ? ({ type: 'incremental', parameters: { rows } } as const)
    : { type, parameters: pipeline.parameters };
  const request = {
    ...{ ...identity, ...work, trigger: 'retry' as const },
    whenBusy: connection.whenBusy,
    retryOf: job.id,
  };
  return startJob(coordinator, context, connection, request);
}

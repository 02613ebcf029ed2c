import { TidemarkError, type JobView, type ResumeJob } from '@tidemark/contracts';
import { findConnection } from '../actions/find-connection.js';
import { findJob } from '../actions/find-job.js';
import { assertNotCreated, jobIdentity } from '../actions/job-identity.js';
import { startJob } from '../actions/start-job.js';
import type { Context, Coordinator } from '../coordinator.js';
import { workOf, type ExistingJob } from '../job/job.js';

/**
 * Creates a new job that goes on where a cancelled or failed backfill stopped.
 * @throws TidemarkError NOT_FOUND · JOB_NOT_RETRYABLE · CONNECTION_NOT_ACTIVE · DUPLICATE_JOB · IDEMPOTENCY_KEY_REUSED ·
 *   QUEUE_FULL
 */
export async function resumeJob(
  coordinator: Coordinator,
  context: Context,
  { idempotencyKey, ...ref }: ResumeJob,
): Promise<JobView> {
  const { tenant } = ref;
  const identity = jobIdentity(tenant, idempotencyKey, { resumes: ref.jobId });
  await assertNotCreated(coordinator, identity);
  const job = await findJob(coordinator, ref);
  assertResumable(job);
  const connection = await findConnection(coordinator, { tenant, connectionId: job.connectionId });
  if (job.sourceSetAt !== undefined && job.sourceSetAt !== connection.sourceSetAt)
    throw notResumable(job, 'the source of its connection was changed since: start a new backfill');
  return startJob(coordinator, context, connection, {
    ...identity,
    type: job.type,
    trigger: 'retry',
    whenBusy: connection.whenBusy,
    retryOf: job.id,
    parameters: job.pipeline.parameters,
    carried: workOf(job),
  });
}

/** Other jobs commit a cursor, which must not fall behind that of a later one. */
function assertResumable(job: ExistingJob): void {
  if (job.type !== 'backfill') throw notResumable(job, `only backfills are resumed, not ${job.type} syncs: retry it`);
  if (job.status !== 'cancelled' && job.status !== 'failed') throw notResumable(job, `it is ${job.status}`);
}

const notResumable = ({ id }: ExistingJob, why: string) =>
  new TidemarkError('JOB_NOT_RETRYABLE', `job ${id} cannot be resumed: ${why}`, { jobId: id });

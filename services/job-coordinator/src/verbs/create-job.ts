import { invalid, problem, type CreateJob, type JobView } from '@tidemark/contracts';
import { findConnection } from '../actions/find-connection.js';
import { assertNotCreated, jobIdentity } from '../actions/job-identity.js';
import { startJob } from '../actions/start-job.js';
import type { Context, Coordinator } from '../coordinator.js';

/**
 * Creates a job.
 * @throws TidemarkError NOT_FOUND · CONNECTION_NOT_ACTIVE · DUPLICATE_JOB · IDEMPOTENCY_KEY_REUSED ·
 *   TOO_MANY_CONCURRENT_SYNCS · CONNECTION_BUSY · QUEUE_FULL · VALIDATION_FAILED
 */
export async function createJob(coordinator: Coordinator, context: Context, input: CreateJob): Promise<JobView> {
  const { tenant, connectionId, type, trigger = 'api', idempotencyKey, startAt, parameters } = input;
  const identity = jobIdentity(tenant, idempotencyKey, {
    ...{ connectionId, type, startAt, whenBusy: input.whenBusy, parameters },
    ...(trigger !== 'api' && { trigger }),
  });
  await assertNotCreated(coordinator, identity);
  const connection = await findConnection(coordinator, { tenant, connectionId });
  const whenBusy = input.whenBusy ?? connection.whenBusy;
  const start = startAt === undefined ? undefined : Date.parse(startAt);
  // A slot cannot be reserved for a job that starts later.
  if (start !== undefined && input.whenBusy === 'reject')
    throw invalid([problem('whenBusy', 'must be `queue` when `startAt` is given')]);
  return startJob(coordinator, context, connection, {
    ...identity,
    type,
    trigger,
    parameters,
    startAt: start,
    whenBusy: start === undefined ? whenBusy : 'queue',
  });
}

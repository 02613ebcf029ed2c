import { createHash } from 'node:crypto';
import { invalid, problem, type CreateJob, type JobView } from '@tidemark/contracts';
import { uuidv5, uuidv7 } from '@tidemark/foundation';
import { findConnection } from '../actions/find-connection.js';
import { startJob } from '../actions/start-job.js';
import type { Context, Coordinator } from '../coordinator.js';

/**
 * Creates a job.
 * @throws TidemarkError NOT_FOUND · CONNECTION_NOT_ACTIVE · DUPLICATE_JOB · IDEMPOTENCY_KEY_REUSED ·
 *   TOO_MANY_CONCURRENT_SYNCS · CONNECTION_BUSY · VALIDATION_FAILED
 */
export async function createJob(coordinator: Coordinator, context: Context, input: CreateJob): Promise<JobView> {
  const { tenant, connectionId, type, trigger = 'api', idempotencyKey, startAt, parameters } = input;
  const connection = await findConnection(coordinator, { tenant, connectionId });
  const whenBusy = input.whenBusy ?? connection.whenBusy;
  const start = startAt === undefined ? undefined : Date.parse(startAt);
  // A slot cannot be reserved for a job that starts later.
  if (start !== undefined && input.whenBusy === 'reject')
    throw invalid([problem('whenBusy', 'must be `queue` when `startAt` is given')]);
  return startJob(coordinator, context, connection, {
    jobId: idempotencyKey === undefined ? uuidv7() : uuidv5('job', tenant, idempotencyKey),
    requestHash:
      idempotencyKey === undefined
        ? undefined
        : hashOf({ connectionId, type, startAt, whenBusy: input.whenBusy, parameters }),
    type,
    trigger,
    parameters,
    startAt: start,
    whenBusy: start === undefined ? whenBusy : 'queue',
    isNew: idempotencyKey === undefined,
  });
}

const hashOf = (body: object) => createHash('sha256').update(JSON.stringify(body)).digest('base64url');

import { TidemarkError, type ClaimGranted, type ClaimRequest } from '@tidemark/contracts';
import { ownedJob } from '../actions/find-job.js';
import { exists } from '../connection/connection.js';
import { pausedObjects } from '../connection/object.view.js';
import type { Context, Coordinator } from '../coordinator.js';
import { currentStage, type ExistingJob } from '../job/job.js';
import { failStage } from './fail-stage.js';

/** Grants a runner the leg that it requests. @throws TidemarkError CLAIM_REFUSED with a reason · NOT_FOUND */
export async function claimStage(
  coordinator: Coordinator,
  context: Context,
  request: ClaimRequest,
): Promise<ClaimGranted> {
  const { jobs, connections, agenda, time } = coordinator;
  const { tenant, jobId, ...claim } = request;
  const connectionId = agenda.jobs.get(jobId)?.connectionId;
  // Loaded before the claim, which records the source that it is granted with.
  const before = connectionId === undefined ? undefined : (await connections.load(connectionId)).state;
  const source = before && exists(before) ? { sourceSetAt: before.sourceSetAt } : {};
  const data = { ...claim, ...source, isHolderSilent: agenda.isSilent(jobId), random: Math.random(), at: time.now() };
  const { state } = await jobs.handle(jobId, { type: 'ClaimStage', data }, context);
  const job = ownedJob(state, tenant);
  if (job.claim?.delivery.id !== claim.delivery.id || job.claim.delivery.sequence !== claim.delivery.sequence)
    throw refused(`attempt ${claim.attempt} of job ${jobId} is over`, 'superseded');
  const connection = before ?? (await connections.load(job.connectionId)).state;
  if (!exists(connection) || connection.status !== 'active') {
    const error = exists(connection)
      ? { code: 'CONNECTION_NOT_ACTIVE', message: `the connection is ${connection.status}` }
      : { code: 'CONNECTION_REMOVED', message: 'the connection was removed' };
    const { number, stage } = job.claim;
    await failStage(coordinator, context, { tenant, jobId, claim: number, stage, error, retryable: false });
    throw refused(error.message, 'ended');
  }
  const { destinations = [], policies = {} } = connection;
  return {
    claim: job.claim.number,
    attempt: job.retryCount + 1,
    type: job.type,
    trigger: job.trigger,
    connectionId: job.connectionId,
    pipeline: job.pipeline,
    source: connection.source,
    destinations,
    policies,
    pausedObjects: pausedObjects(connection),
    connector: job.connector,
    config: connection.source.config,
    cursor: connection.cursor?.value ?? null,
    checkpoint: job.checkpoint?.stage === job.claim.stage ? job.checkpoint.saved : null,
    stages: legOf(job),
    outputs: Object.fromEntries(Object.entries(job.completed).map(([stage, { output }]) => [stage, output])),
    counts: job.counts,
    claimTimeoutMs: job.claimTimeoutMs,
  };
}

/** From the current stage to the last one of the same service. */
function legOf(job: ExistingJob) {
  const first = currentStage(job);
  if (!first) return [];
  const rest = job.stages.slice(job.stages.indexOf(first));
  const end = rest.findIndex(({ service }) => service !== first.service);
  return end === -1 ? rest : rest.slice(0, end);
}

const refused = (message: string, reason: string) => new TidemarkError('CLAIM_REFUSED', message, { reason });

import { TidemarkError, type ClaimGranted, type ClaimRequest } from '@tidemark/contracts';
import type { Life } from '@tidemark/event-store';
import { ownedJob } from '../actions/find-job.js';
import type { LiveClaim } from '../agenda/claims.js';
import { exists } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';
import { currentStage, type ExistingJob } from '../job/job.js';
import { failStage } from './fail-stage.js';

/** A leg that was under way for so long without progress is a suspect of its process's death. */
const LONG_MS = 5_000;

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
  const hasDied = outlasted(agenda.claims.get(jobId), coordinator.eventStore.life);
  if (hasDied && !agenda.claims.beginTrial(jobId)) throw new TryLater();
  const isHolderSilent = hasDied || agenda.isSilent(jobId);
  const data = { ...claim, ...source, isHolderSilent, random: Math.random(), at: time.now() };
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

/**
 * Whether a leg was under way for long, without progress, when the process ended that ran all services. Deaths soon
 * after a leg began say little about it: a process that is killed again and again begins the same legs every time.
 */
function outlasted(claim: LiveClaim | undefined, life: Life | undefined): boolean {
  return claim !== undefined && life?.before !== undefined && life.before - claim.advancedAt >= LONG_MS;
}

/** Of the legs that a process died with, one is tried at a time, so that the others do not die with it again. */
class TryLater extends Error {
  readonly code = 'TRY_LATER';

  constructor() {
    super('another leg that its process died with is being tried');
  }
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

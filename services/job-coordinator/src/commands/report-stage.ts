import {
  isFactType,
  TidemarkError,
  type CheckpointReport,
  type ClaimGranted,
  type ClaimRef,
  type ClaimRequest,
  type ReportTaken,
  type StageFailure,
  type StageReport,
} from '@tidemark/contracts';
import { exists } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';
import type { JobCommand } from '../job/job.commands.js';
import { currentStage, type ExistingJob } from '../job/job.js';
import { ownedJob } from './get-job.js';

/** Gives a runner the leg it asks for. @throws TidemarkError CLAIM_REFUSED with a reason · NOT_FOUND */
export async function claimStage(
  coordinator: Coordinator,
  context: Context,
  request: ClaimRequest,
): Promise<ClaimGranted> {
  const { jobs, connections, time } = coordinator;
  const { tenant, jobId, ...claim } = request;
  const data = { ...claim, random: Math.random(), at: time.now() };
  const { state } = await jobs.handle(jobId, { type: 'ClaimStage', data }, context);
  const job = ownedJob(state, tenant);
  if (job.claim?.delivery.id !== claim.delivery.id || job.claim.delivery.sequence !== claim.delivery.sequence)
    throw refused(`attempt ${claim.attempt} of job ${jobId} is over`, 'superseded');
  const connection = (await connections.load(job.connectionId)).state;
  if (!exists(connection) || connection.status !== 'active') {
    const error = exists(connection)
      ? { code: 'CONNECTION_NOT_ACTIVE', message: `the connection is ${connection.status}` }
      : { code: 'CONNECTION_REMOVED', message: 'the connection was removed' };
    const { number, stage } = job.claim;
    await failStage(coordinator, context, { tenant, jobId, claim: number, stage, error, retryable: false });
    throw refused(error.message, 'ended');
  }
  const { source, destinations = [] } = connection;
  return {
    claim: job.claim.number,
    attempt: job.retryCount + 1,
    type: job.type,
    trigger: job.trigger,
    connectionId: job.connectionId,
    pipeline: job.pipeline,
    source,
    destinations,
    connector: job.connector,
    config: source.config,
    cursor: connection.cursor?.value ?? null,
    checkpoint: job.checkpoint?.stage === job.claim.stage ? job.checkpoint.saved : null,
    stages: legOf(job),
    outputs: Object.fromEntries(Object.entries(job.completed).map(([stage, { output }]) => [stage, output])),
    counts: job.counts,
    claimTimeoutMs: job.claimTimeoutMs,
  };
}

/** Takes the report of a completed stage. @throws TidemarkError STALE_CLAIM · VALIDATION_FAILED for an unknown fact */
export function completeStage(
  coordinator: Coordinator,
  context: Context,
  { changes, facts = changes ? [{ type: 'ChangesDetected', data: changes }] : [], ...report }: StageReport,
): Promise<ReportTaken> {
  const unknown = facts.find(({ type }) => !isFactType(type));
  if (unknown) throw new TidemarkError('VALIDATION_FAILED', `this version knows no fact "${unknown.type}"`);
  return take(coordinator, context, report, (data, at) => ({ type: 'CompleteStage', data: { ...data, facts, at } }));
}

/** Takes a checkpoint inside a stage. @throws TidemarkError STALE_CLAIM */
export const saveCheckpoint = (coordinator: Coordinator, context: Context, report: CheckpointReport) =>
  take(coordinator, context, report, (data, at) => ({ type: 'SaveCheckpoint', data: { ...data, at } }));

/** Takes the error that ended a stage. @throws TidemarkError STALE_CLAIM */
export const failStage = (coordinator: Coordinator, context: Context, report: StageFailure) =>
  take(coordinator, context, report, (data, at) => ({
    type: 'FailStage',
    data: { ...data, random: Math.random(), at },
  }));

async function take<Report extends ClaimRef>(
  { jobs, time }: Coordinator,
  context: Context,
  { tenant, jobId, ...report }: Report,
  commandOf: (report: Omit<Report, 'tenant' | 'jobId'>, at: number) => JobCommand,
): Promise<ReportTaken> {
  const { state } = await jobs.handle(jobId, commandOf(report, time.now()), context);
  return { ended: ownedJob(state, tenant).claim?.number !== report.claim };
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

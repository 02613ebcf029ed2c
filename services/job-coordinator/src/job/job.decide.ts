import { TidemarkError, type JobEvent, type JobState as JobStatus, type ObjectOutcome } from '@tidemark/contracts';
import type { Decider } from '@tidemark/event-store';
import { jobRetrySchedule, nextDelay } from '@tidemark/resilience/retry-schedule';
import type {
  CancelJob,
  ClaimStage,
  CompleteStage,
  ConfirmCancel,
  CreateJob,
  ExpediteRetry,
  ExpireClaim,
  FailStage,
  ForceCancel,
  JobCommand,
  RecoverClaim,
  ReleaseClaim,
  SaveCheckpoint,
  StallClaim,
} from './job.commands.js';
import {
  absentJob,
  afterLoss,
  attemptOf,
  currentStage,
  evolveJob,
  isEnded,
  type Claim,
  type ExistingJob,
  type JobState,
  runsBeside,
} from './job.js';
import { canMove } from './job.transitions.js';

export const jobDecider: Decider<JobState, JobCommand, JobEvent> = {
  initialState: () => absentJob,
  evolve: evolveJob,
  decide: decideJob,
};

/** A leg that has cost this many runners their lives, without progress in between, is not offered to another. */
export const MAX_LOST_LIVES = 2;
/** After this many lost claims in a row, as when everything is restarted again and again, the attempt fails. */
export const MAX_LOST_CLAIMS = 5;

/**
 * The events that follow from a command. Repeated commands (a lost reply, a duplicate message) return no events;
 * those that the state does not allow throw a TidemarkError.
 */
export function decideJob(command: JobCommand, job: JobState): JobEvent[] {
  if (command.type === 'CreateJob') return create(command, job);
  if (job.status === 'absent') throw new TidemarkError('NOT_FOUND', 'no such job');
  switch (command.type) {
    case 'ClaimStage':
      return claim(command, job);
    case 'CompleteStage':
      return complete(command, job);
    case 'SaveCheckpoint':
      return saveCheckpoint(command, job);
    case 'FailStage':
      return fail(command, job);
    case 'ExpediteRetry':
      return expediteRetry(command, job);
    case 'ExpireClaim':
      return expire(command, job);
    case 'ReleaseClaim':
      return release(command, job);
    case 'StallClaim':
      return stall(command, job);
    case 'RecoverClaim':
      return recover(command, job);
    case 'CancelJob':
      return cancel(command, job);
    case 'ConfirmCancel':
      return confirmCancel(command, job);
    case 'ForceCancel':
      return forceCancel(command, job);
  }
}

function create({ data }: CreateJob, job: JobState): JobEvent[] {
  assertNew(job, data.requestHash);
  return [{ type: 'JobCreated', data }];
}

/** @throws TidemarkError DUPLICATE_JOB, or IDEMPOTENCY_KEY_REUSED when the job was created by another request */
export function assertNew(job: JobState, requestHash?: string): void {
  if (job.status === 'absent') return;
  if (job.requestHash === (requestHash ?? null))
    throw new TidemarkError('DUPLICATE_JOB', `job ${job.id} was already created with this idempotency key`, {
      jobId: job.id,
    });
  throw new TidemarkError('IDEMPOTENCY_KEY_REUSED', 'the idempotency key was used with another request body', {
    jobId: job.id,
    fields: [{ field: 'Idempotency-Key', message: 'was used with another request body' }],
  });
}

function claim({ data }: ClaimStage, job: ExistingJob): JobEvent[] {
  const { stage, service, attempt, delivery } = data;
  const held = job.claim;
  if (held && held.delivery.id === delivery.id && held.delivery.sequence === delivery.sequence) return [];
  if (isEnded(job)) throw refused('ended', `job ${job.id} is ${job.status}`);
  if (job.cancel) throw refused('cancelled', `job ${job.id} is being cancelled`);
  if (attempt !== attemptOf(job)) throw refused('superseded', `attempt ${attempt} of job ${job.id} is over`);
  const next = currentStage(job);
  if (!next || next.service !== service) throw refused('done', `job ${job.id} has passed stage ${stage}`);
  // A higher sequence of the same message: the broker took the work away from its holder.
  const takenAway = held && held.delivery.id === delivery.id && delivery.sequence > held.delivery.sequence;
  if (held && !takenAway) throw refused('held', `job ${job.id} is claimed by ${held.runner}`);
  const { isHolderSilent: afterSilence = false } = data;
  if (held && isEnough(afterLoss(job, afterSilence))) return runnersLost(job, held, data, afterSilence);
  assertMove(job, 'running');
  const { runner, sourceSetAt } = data;
  const at = Math.max(data.at, job.createdAt);
  const given = { claim: job.lastClaim + 1, stage: next.name, service, runner, attempt, delivery };
  const silence = held && afterSilence ? { afterSilence } : {};
  const source = sourceSetAt === undefined ? {} : { sourceSetAt };
  return [{ type: 'StageClaimed', data: { ...given, ...silence, ...source, at } }];
}

function complete({ data }: CompleteStage, job: ExistingJob): JobEvent[] {
  const { facts = [], finish, ...report } = data;
  const { at, claim: number, stage, counts, cursor, metrics } = report;
  if (job.completed[stage]?.claim === number) return [];
  const held = assertClaim(job, number);
  const current = assertCurrent(job, stage);
  const next = finish ? undefined : job.stages[job.stages.indexOf(current) + 1];
  const handOver = next && next.service !== held.service ? next : undefined;
  const { id: jobId, tenant, connectionId } = job;
  const events: JobEvent[] = [
    { type: 'StageCompleted', data: { ...report, connectionId, attempt: attemptOf(job), handOver } },
    ...facts.map((fact): JobEvent => ({ type: fact.type, data: { ...fact.data, tenant, connectionId, jobId, at } })),
  ];
  if (!next) {
    assertMove(job, 'completed');
    const total = { ...job.counts, ...counts };
    const result = finish ?? (total.failed > 0 ? 'completed_with_errors' : 'succeeded');
    const whole = { counts: total, metrics: measured({ ...job.metrics, ...metrics }) };
    events.push({
      type: 'JobCompleted',
      data: { ...endingOf(job, at), result, ...whole, cursor: cursor ?? job.cursor ?? undefined },
    });
  }
  return events;
}

const measured = (metrics: ExistingJob['metrics']) => (Object.keys(metrics).length > 0 ? metrics : undefined);

function saveCheckpoint({ data }: SaveCheckpoint, job: ExistingJob): JobEvent[] {
  const { claim, stage, sequence } = data;
  const last = job.checkpoint;
  // The same report again, after its reply was lost.
  if (last && last.claim === claim && last.stage === stage && sequence <= last.sequence) return [];
  if (job.completed[stage]?.claim === claim) return [];
  assertClaim(job, claim);
  assertCurrent(job, stage);
  return [{ type: 'CheckpointSaved', data: { ...data, attempt: attemptOf(job) } }];
}

function fail({ data }: FailStage, job: ExistingJob): JobEvent[] {
  const { claim: number, stage, error, retryable, retryAfterMs, random, at } = data;
  // The same report again, after its reply was lost: the claim is already over.
  if (!job.claim && job.lastClaim === number && (job.status === 'pending' || job.status === 'failed')) return [];
  assertClaim(job, number);
  return attemptFailed(job, { claim: number, stage, error, retryable, retryAfterMs, random, at });
}

function expire({ data }: ExpireClaim, job: ExistingJob): JobEvent[] {
  const { claim: number, at } = data;
  const held = job.claim;
  if (!held || held.number !== number) return [];
  if (job.cancel) return [cancelled(job, job.cancel.reason, true, at)];
  if (isEnough(afterLoss(job, true))) return runnersLost(job, held, data, true);
  return [{ type: 'ClaimExpired', data: { ...offerOf(job, held), at } }];
}

function release({ data: { claim: number, at } }: ReleaseClaim, job: ExistingJob): JobEvent[] {
  const held = job.claim;
  if (!held || held.number !== number) return [];
  if (job.cancel) return [cancelled(job, job.cancel.reason, false, at)];
  return [{ type: 'ClaimExpired', data: { ...offerOf(job, held), released: true, at } }];
}

const offerOf = (job: ExistingJob, { number: claim, stage, service }: Claim) => ({
  ...{ claim, stage, service },
  attempt: attemptOf(job),
});

const isEnough = ({ lostClaims, lostLives }: ReturnType<typeof afterLoss>) =>
  lostLives >= MAX_LOST_LIVES || lostClaims >= MAX_LOST_CLAIMS;

/** Ends the job when its leg has cost lives, or when the attempt before this one ended in the same way. */
function runnersLost(
  job: ExistingJob,
  { number: claim, stage }: Claim,
  { random, at }: { random: number; at: number },
  life: boolean,
): JobEvent[] {
  const { lostClaims, lostLives } = afterLoss(job, life);
  const code = 'RUNNER_LOST';
  const error = { code, message: `${lostClaims} runners in a row stopped answering in ${stage}` };
  const retryable = lostLives < MAX_LOST_LIVES && job.lastError?.code !== code;
  return attemptFailed(job, { claim, stage, error, retryable, random, at });
}

function attemptFailed(
  job: ExistingJob,
  { retryable, retryAfterMs = 0, random, ...failure }: FailStage['data'],
): JobEvent[] {
  const attempt = attemptOf(job);
  // An error during a cancel ends the job as cancelled; it is not retried.
  if (job.cancel) return [cancelled(job, job.cancel.reason, false, failure.at)];
  const delay = retryable ? nextDelay(jobRetrySchedule, job.retryCount, random) : null;
  if (delay === null) {
    assertMove(job, 'failed');
    return [{ type: 'JobFailed', data: { ...failure, ...endingOf(job, failure.at), attempt } }];
  }
  assertMove(job, 'pending');
  const retryAt = failure.at + Math.max(delay, retryAfterMs);
  return [{ type: 'RetryScheduled', data: { ...failure, attempt, retryAt, retryCount: job.retryCount + 1 } }];
}

function expediteRetry({ data: { reason, at } }: ExpediteRetry, job: ExistingJob): JobEvent[] {
  return job.retryAt === null ? [] : [{ type: 'RetryExpedited', data: { reason, at } }];
}

function stall({ data: { claim: number, since, at } }: StallClaim, job: ExistingJob): JobEvent[] {
  const held = job.claim;
  if (!held || held.number !== number || held.stalledSince !== null || held.advancedAt > since) return [];
  return [{ type: 'ClaimStalled', data: { claim: number, stage: held.stage, since, at } }];
}

function recover({ data: { claim: number, at } }: RecoverClaim, job: ExistingJob): JobEvent[] {
  const held = job.claim;
  if (!held || held.number !== number || held.stalledSince === null) return [];
  return [{ type: 'ClaimRecovered', data: { claim: number, stage: held.stage, at } }];
}

function cancel({ data: { reason, deadline, at } }: CancelJob, job: ExistingJob): JobEvent[] {
  if (job.status === 'cancelled') return [];
  if (isEnded(job))
    throw new TidemarkError('JOB_NOT_CANCELLABLE', `job ${job.id} has already ${job.status}`, { jobId: job.id });
  if (!job.claim) return [cancelled(job, reason, false, at)];
  if (job.cancel) return [];
  return [{ type: 'CancelRequested', data: { deadline, claim: job.claim.number, reason, at } }];
}

function confirmCancel({ data: { claim: number, at } }: ConfirmCancel, job: ExistingJob): JobEvent[] {
  if (job.status === 'cancelled') return [];
  assertClaim(job, number);
  if (!job.cancel) throw new TidemarkError('CONFLICT', `no cancel of job ${job.id} was requested`);
  return [cancelled(job, job.cancel.reason, false, at)];
}

function forceCancel({ data: { at } }: ForceCancel, job: ExistingJob): JobEvent[] {
  if (!job.cancel || isEnded(job)) return [];
  return [cancelled(job, job.cancel.reason, true, at)];
}

function cancelled(job: ExistingJob, reason: string, forced: boolean, at: number): JobEvent {
  assertMove(job, 'cancelled');
  return { type: 'JobCancelled', data: { ...endingOf(job, at), reason, forced } };
}

const MOST_OUTCOMES = 200;

/** How the objects that have ended did so; of more than an event has room for the failed ones first. */
function outcomesOf(objects: NonNullable<ExistingJob['objects']>): { readonly [object: string]: ObjectOutcome } {
  const ended = Object.entries(objects).flatMap(([name, { state, error }]) =>
    state === 'running' ? [] : [[name, { state, ...(error && { error }) }] as const],
  );
  const failedFirst = ended.toSorted(([, a], [, b]) => Number(b.state === 'failed') - Number(a.state === 'failed'));
  return Object.fromEntries(failedFirst.slice(0, MOST_OUTCOMES));
}

/** No job ends before it began, whatever the clocks of the coordinators say. */
const endingOf = ({ type, connectionId, createdAt, startedAt, sourceSetAt, objects }: ExistingJob, at: number) => ({
  ...{ connectionId, createdAt, startedAt },
  ...(runsBeside({ type }) ? { beside: true } : objects && { objects: outcomesOf(objects) }),
  ...(sourceSetAt !== undefined && { sourceSetAt }),
  at: Math.max(at, startedAt ?? createdAt),
});

function assertClaim(job: ExistingJob, number: number) {
  if (job.claim?.number !== number)
    throw new TidemarkError('STALE_CLAIM', `claim ${number} of job ${job.id} is over`, { jobId: job.id });
  return job.claim;
}

function assertCurrent(job: ExistingJob, stage: string) {
  const current = currentStage(job);
  if (current?.name !== stage)
    throw new TidemarkError('CONFLICT', `stage ${stage} is not the current one of job ${job.id}`);
  return current;
}

function assertMove(job: ExistingJob, to: JobStatus): void {
  if (!canMove(job.status, to))
    throw new TidemarkError('CONFLICT', `job ${job.id} cannot go from ${job.status} to ${to}`);
}

const refused = (reason: string, message: string) => new TidemarkError('CLAIM_REFUSED', message, { reason });

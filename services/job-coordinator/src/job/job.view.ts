import type { JobView, WaitingFor } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation/instant';
import { jobRetrySchedule } from '@tidemark/resilience/retry-schedule';
import { attemptOf, currentStage, isEnded, type ExistingJob } from './job.js';

/** The facts about a job that are kept only in memory: its runner's last heartbeat, and the reason why it waits. */
export interface LiveDetails {
  /** Percent of the current stage, 0 to 100. */
  readonly stagePercent?: number;
  readonly counts?: Partial<JobView['counts']>;
  /** Absent: as far as it follows from the job itself. */
  readonly waitingFor?: WaitingFor | null;
}

const iso = (time: number | null) => (time === null ? null : instantOf(time));

/** The job as callers see it. */
export function describeJob(job: ExistingJob, live: LiveDetails = {}): JobView {
  const ended = isEnded(job);
  return {
    id: job.id,
    connectionId: job.connectionId,
    type: job.type,
    trigger: job.trigger,
    state: job.status,
    stage: ended ? null : (currentStage(job)?.name ?? null),
    percent: percentOf(job, live.stagePercent ?? 0),
    counts: { ...job.counts, ...live.counts },
    ...(job.objects && { objects: job.objects }),
    ...(job.sinks && { destinations: job.sinks }),
    ...(Object.keys(job.metrics).length > 0 && { metrics: job.metrics }),
    attempt: job.lastClaim === 0 ? 0 : job.status === 'pending' ? job.retryCount : attemptOf(job),
    retryCount: job.retryCount,
    retriesLeft: ended ? 0 : jobRetrySchedule.delaysMs.length - job.retryCount,
    nextRetryAt: iso(job.retryAt),
    waitingFor: ended ? null : live.waitingFor === undefined ? waitingForTime(job) : live.waitingFor,
    liveness: job.claim ? (job.claim.stalledSince === null ? 'live' : 'stalled') : null,
    cancelRequestedAt: ended ? null : iso(job.cancel?.requestedAt ?? null),
    lastError: job.lastError,
    result: job.result,
    retryOf: job.retryOf,
    createdAt: instantOf(job.createdAt),
    startedAt: iso(job.startedAt),
    endedAt: iso(job.endedAt),
    durationMs: job.startedAt !== null && job.endedAt !== null ? Math.max(0, job.endedAt - job.startedAt) : null,
  };
}

/**
 * The reasons to wait that follow from the job itself: a planned start, the back-off before the next attempt. Null once
 * they have passed at `now`; without it, as of the last event.
 */
export function waitingForTime({ status, retryAt, startAt, retryCount }: ExistingJob, now = 0): WaitingFor | null {
  if (status !== 'pending') return null;
  if (retryAt !== null) return retryAt > now ? { reason: 'retry_backoff', until: instantOf(retryAt) } : null;
  if (startAt !== null && retryCount === 0)
    return startAt > now ? { reason: 'schedule', until: instantOf(startAt) } : null;
  return null;
}

function percentOf(job: ExistingJob, stagePercent: number): number {
  if (job.status === 'completed') return 100;
  const done = job.stages.filter(({ name }) => job.completed[name]).length;
  return Math.min(99, Math.floor(((done + Math.min(stagePercent, 100) / 100) * 100) / job.stages.length));
}

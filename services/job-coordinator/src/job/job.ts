import {
  type Checkpoint,
  type ClaimedDelivery,
  type Counts,
  type Cursor,
  type Failure,
  type JobCreated,
  type JobEvent,
  type JobResult,
  type JobState as JobStatus,
  noCounts,
  type StageDefinition,
  type StageOutput,
} from '@tidemark/contracts';

/** A runner's numbered right to work on the job. */
export interface Claim {
  readonly number: number;
  /** The current stage. */
  readonly stage: string;
  readonly service: string;
  readonly runner: string;
  readonly delivery: ClaimedDelivery;
  readonly claimedAt: number;
  /** When the claim last made progress: it was made, completed a stage, or saved a checkpoint. */
  readonly advancedAt: number;
  readonly stalledSince: number | null;
}

export interface CompletedStage {
  readonly claim: number;
  readonly output: StageOutput;
}

export interface StageCheckpoint {
  readonly claim: number;
  readonly stage: string;
  /** From 1, within the claim and the stage. */
  readonly sequence: number;
  readonly saved: Checkpoint;
}

/** The part of JobCreated that a job keeps. */
type Given = Omit<JobCreated['data'], 'jobId' | 'startAt' | 'retryOf' | 'requestHash' | 'carried' | 'at'>;

/** A job that was created; times are milliseconds since the epoch. */
export interface ExistingJob extends Given {
  readonly status: JobStatus;
  readonly id: string;
  readonly startAt: number | null;
  readonly retryOf: string | null;
  readonly requestHash: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  /** Identifies the connection's source at the first claim. Absent: not started, or by a version that did not record it. */
  readonly sourceSetAt?: number;
  readonly endedAt: number | null;
  readonly completed: Readonly<Record<string, CompletedStage>>;
  /** The last checkpoint inside the current stage; null when it has none. */
  readonly checkpoint: StageCheckpoint | null;
  readonly counts: Counts;
  readonly metrics: NonNullable<Checkpoint['metrics']>;
  /** Absent: none were reported. */
  readonly objects?: NonNullable<Checkpoint['objects']>;
  readonly sinks?: NonNullable<Checkpoint['sinks']>;
  readonly cursor: Cursor | null;
  readonly retryCount: number;
  readonly retryAt: number | null;
  /** Of the last retry, in milliseconds; absent before the first. */
  readonly retryDelayMs?: number;
  readonly lastError: Failure | null;
  /** Number of the last claim ever made. */
  readonly lastClaim: number;
  /** Claims in a row, in this attempt, that were lost without progress. */
  readonly lostClaims: number;
  /** Those of them whose runners fell silent and did not come back. Absent: none. */
  readonly lostLives?: number;
  readonly claim: Claim | null;
  readonly cancel: { readonly requestedAt: number; readonly deadline: number; readonly reason: string } | null;
  readonly result: JobResult | null;
}

export type JobState = { readonly status: 'absent' } | ExistingJob;

export const absentJob: JobState = { status: 'absent' };

/** Runs beside the other jobs of its connection: it commits no cursor, so that none of them has to wait for it. */
export const runsBeside = ({ type }: { readonly type: string }): boolean => type === 'backfill';

/** The number of the job's current attempt, or of its next one. */
export const attemptOf = (job: ExistingJob) => job.retryCount + 1;

/** The first stage that has not completed; undefined when all have. */
export const currentStage = (job: ExistingJob): StageDefinition | undefined =>
  job.stages.find(({ name }) => job.completed[name] === undefined);

const noLosses = { lostClaims: 0, lostLives: 0 };

/** The job's losses after that of its claim; `life`: its runner fell silent. */
export const afterLoss = ({ lostClaims, lostLives = 0 }: ExistingJob, life = false) => ({
  lostClaims: lostClaims + 1,
  lostLives: lostLives + (life ? 1 : 0),
});

export const isEnded = (job: JobState): boolean =>
  job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled';

export function evolveJob(job: JobState, event: JobEvent): JobState {
  if (event.type === 'JobCreated') return created(event.data);
  if (job.status === 'absent') return job;
  switch (event.type) {
    case 'StageClaimed': {
      const { claim: number, stage, service, runner, delivery, at } = event.data;
      const claim = { number, stage, service, runner, delivery, claimedAt: at, advancedAt: at, stalledSince: null };
      const startedAt = job.startedAt ?? at;
      const lost = job.claim ? afterLoss(job, event.data.afterSilence) : {};
      const { sourceSetAt = event.data.sourceSetAt } = job;
      return {
        ...job,
        ...lost,
        ...(sourceSetAt !== undefined && { sourceSetAt }),
        status: 'running',
        startedAt,
        retryAt: null,
        lastClaim: number,
        claim,
      };
    }
    case 'StageCompleted': {
      const { claim, stage, output, counts, metrics, cursor, handOver, at } = event.data;
      const advanced = {
        ...job,
        completed: { ...job.completed, [stage]: { claim, output } },
        checkpoint: null,
        counts: { ...job.counts, ...counts },
        metrics: { ...job.metrics, ...metrics },
        cursor: cursor ?? job.cursor,
        ...noLosses,
      };
      const next = currentStage(advanced);
      if (handOver || !job.claim || !next) return { ...advanced, claim: null };
      return { ...advanced, claim: { ...job.claim, stage: next.name, advancedAt: at, stalledSince: null } };
    }
    case 'CheckpointSaved': {
      const { claim, stage, sequence, attempt: _, at, ...saved } = event.data;
      return {
        ...job,
        checkpoint: { claim, stage, sequence, saved },
        ...(saved.objects && { objects: { ...job.objects, ...saved.objects } }),
        ...(saved.sinks && { sinks: { ...job.sinks, ...saved.sinks } }),
        counts: { ...job.counts, ...saved.counts },
        metrics: { ...job.metrics, ...saved.metrics },
        ...noLosses,
        claim: job.claim && { ...job.claim, advancedAt: at, stalledSince: null },
      };
    }
    case 'ClaimExpired':
      return { ...job, ...(event.data.released ? {} : afterLoss(job, true)), claim: null };
    case 'ClaimStalled':
      return { ...job, claim: job.claim && { ...job.claim, stalledSince: event.data.since } };
    case 'ClaimRecovered':
      return { ...job, claim: job.claim && { ...job.claim, advancedAt: event.data.at, stalledSince: null } };
    case 'RetryScheduled': {
      const { error, retryAt, retryCount, at } = event.data;
      const retry = { retryAt, retryCount, retryDelayMs: retryAt - at };
      return { ...job, ...retry, ...noLosses, status: 'pending', claim: null, lastError: error };
    }
    case 'RetryExpedited':
      return { ...job, retryAt: null };
    case 'CancelRequested': {
      const { at: requestedAt, deadline, reason } = event.data;
      return { ...job, cancel: { requestedAt, deadline, reason } };
    }
    // A fact does not change the job; its consumers act on it.
    case 'ChangesDetected':
      return job;
    case 'JobCompleted': {
      const { result, counts, cursor, at } = event.data;
      return { ...job, status: 'completed', result, counts, cursor: cursor ?? null, claim: null, endedAt: at };
    }
    case 'JobFailed':
      return { ...job, status: 'failed', lastError: event.data.error, claim: null, endedAt: event.data.at };
    case 'JobCancelled':
      return { ...job, status: 'cancelled', claim: null, retryAt: null, endedAt: event.data.at };
  }
}

function created({
  at,
  jobId,
  startAt,
  retryOf,
  requestHash,
  carried,
  ...given
}: Extract<JobEvent, { type: 'JobCreated' }>['data']) {
  return {
    ...given,
    status: 'pending',
    id: jobId,
    startAt: startAt ?? null,
    retryOf: retryOf ?? null,
    requestHash: requestHash ?? null,
    createdAt: at,
    startedAt: null,
    endedAt: null,
    completed: Object.fromEntries(
      Object.entries(carried?.outputs ?? {}).map(([stage, output]) => [stage, { claim: 0, output }]),
    ),
    checkpoint: checkpointOf(carried),
    counts: carried?.counts ?? noCounts,
    metrics: {},
    cursor: null,
    retryCount: 0,
    retryAt: null,
    lastError: null,
    lastClaim: 0,
    lostClaims: 0,
    claim: null,
    cancel: null,
    result: null,
  } satisfies ExistingJob;
}

type Carried = NonNullable<JobCreated['data']['carried']>;

const checkpointOf = ({ stage, checkpoint }: Partial<Carried> = {}): StageCheckpoint | null =>
  stage !== undefined && checkpoint ? { claim: 0, stage, sequence: 1, saved: checkpoint } : null;

/** What the job has done so far, for another that goes on with it. */
export function workOf({ completed, checkpoint, counts }: ExistingJob): Carried {
  const outputs = Object.fromEntries(Object.entries(completed).map(([stage, { output }]) => [stage, output]));
  // The rows that failed before are listed by the job in which they failed.
  const saved = checkpoint && { stage: checkpoint.stage, checkpoint: { ...checkpoint.saved, errors: undefined } };
  return { outputs, counts, ...saved };
}

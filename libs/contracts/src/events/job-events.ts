import type { BusyPolicy } from '../shapes/connection.js';
import type { Facts, FactType } from '../facts.js';
import type { Counts, Failure, JobResult, JobState, JobTrigger, JobType } from '../shapes/job.js';
import type {
  Checkpoint,
  ClaimedDelivery,
  Cursor,
  PipelineChoice,
  StageDefinition,
  StageOutput,
} from '../shapes/pipeline.js';
import type { Fact } from './fact.js';

export type JobCreated = Fact<
  'JobCreated',
  {
    readonly jobId: string;
    readonly tenant: string;
    readonly connectionId: string;
    readonly connector: string;
    readonly pipeline: PipelineChoice;
    readonly type: JobType;
    readonly trigger: JobTrigger;
    readonly stages: readonly StageDefinition[];
    readonly whenBusy: BusyPolicy;
    readonly claimTimeoutMs: number;
    readonly stallTimeoutMs: number;
    readonly startAt?: number;
    readonly retryOf?: string;
    /** Tells a repeated request from a new one under the same idempotency key. */
    readonly requestHash?: string;
  }
>;

/** A runner took the job at this stage. */
export type StageClaimed = Fact<
  'StageClaimed',
  {
    readonly claim: number;
    readonly stage: string;
    readonly service: string;
    readonly runner: string;
    readonly attempt: number;
    readonly delivery: ClaimedDelivery;
  }
>;

/** The checkpoint at the end of a stage. */
export type StageCompleted = Fact<
  'StageCompleted',
  {
    readonly connectionId: string;
    readonly claim: number;
    readonly stage: string;
    readonly attempt: number;
    readonly output: StageOutput;
    readonly counts?: Partial<Counts>;
    readonly metrics?: Checkpoint['metrics'];
    readonly cursor?: Cursor;
    /** Set when the next stage belongs to another service: the claim ends and the work is handed over. */
    readonly handOver?: StageDefinition;
  }
>;

/** How far the claim has got inside its stage; a successor goes on from there. */
export type CheckpointSaved = Fact<
  'CheckpointSaved',
  Checkpoint & {
    readonly claim: number;
    readonly stage: string;
    readonly attempt: number;
    /** From 1, within the claim and the stage. */
    readonly sequence: number;
  }
>;

/** The claim's runner gave no sign of life in time: the stage is offered again. */
export type ClaimExpired = Fact<
  'ClaimExpired',
  { readonly claim: number; readonly stage: string; readonly service: string; readonly attempt: number }
>;

/** The claim beats, but nothing advanced for the pipeline's limit. */
export type ClaimStalled = Fact<
  'ClaimStalled',
  { readonly claim: number; readonly stage: string; readonly since: number }
>;

/** A stalled claim advanced again. */
export type ClaimRecovered = Fact<'ClaimRecovered', { readonly claim: number; readonly stage: string }>;

/** A try ended in an error; another follows at `retryAt`. */
export type RetryScheduled = Fact<
  'RetryScheduled',
  {
    readonly claim: number;
    readonly stage: string;
    readonly attempt: number;
    readonly error: Failure;
    readonly retryAt: number;
    readonly retryCount: number;
  }
>;

/** The running job is to stop; its runner has until `deadline`. */
export type CancelRequested = Fact<
  'CancelRequested',
  { readonly deadline: number; readonly claim: number; readonly reason: string }
>;

/** What a stage found out; its data with the job's tenant, connection and id. */
export type JobFact<T extends FactType = FactType> = {
  [F in T]: Fact<F, Facts[F] & { readonly tenant: string; readonly connectionId: string; readonly jobId: string }>;
}[T];

/** Of a provider there is one for each subscription as well, in the stream `alerts-<snapshot>`. */
export type ChangesDetected = JobFact<'ChangesDetected'>;

/** What every ending tells, so that nobody has to read the job again. */
interface Ending {
  readonly connectionId: string;
  readonly createdAt: number;
  /** The first claim of the first attempt; null when the job never started. */
  readonly startedAt: number | null;
}

export type JobCompleted = Fact<
  'JobCompleted',
  Ending & {
    readonly result: JobResult;
    readonly counts: Counts;
    readonly metrics?: Checkpoint['metrics'];
    readonly cursor?: Cursor;
  }
>;

export type JobFailed = Fact<
  'JobFailed',
  Ending & { readonly claim: number; readonly stage: string; readonly attempt: number; readonly error: Failure }
>;

export type JobCancelled = Fact<
  'JobCancelled',
  Ending & {
    readonly reason: string;
    /** True when the runner did not answer in time and lost its claim. */
    readonly forced: boolean;
  }
>;

/** The events of a `job-<id>` stream. */
export type JobEvent =
  | JobCreated
  | StageClaimed
  | StageCompleted
  | CheckpointSaved
  | ClaimExpired
  | ClaimStalled
  | ClaimRecovered
  | RetryScheduled
  | CancelRequested
  | JobFact
  | JobCompleted
  | JobFailed
  | JobCancelled;

/** The events that end a job for ever. */
export type JobEnding = JobCompleted | JobFailed | JobCancelled;

/** The state that each ending leaves the job in. */
export const endStates = {
  JobCompleted: 'completed',
  JobFailed: 'failed',
  JobCancelled: 'cancelled',
} as const satisfies Record<JobEnding['type'], JobState>;

/** Whether an event of this type ends its job for ever. */
export const isEnding = (type: string): type is JobEnding['type'] => Object.hasOwn(endStates, type);

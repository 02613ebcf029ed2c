import type { DestinationSettings, Source } from './connection.js';
import type { FactOf, Facts } from './facts.js';
import type { Counts, Failure, JobResult, JobTrigger, JobType } from './job.js';
import type { Checkpoint, Cursor, PipelineChoice, StageDefinition, StageOutput } from './pipeline.js';
import type { ClaimedDelivery, JobEnding } from './events/job-events.js';

/** Data of a `tidemark.work.<service>.<stage>` message: a leg that waits for a runner. */
export interface Work {
  readonly tenant: string;
  readonly jobId: string;
  readonly stage: string;
  readonly attempt: number;
}

/** Data of a `tidemark.work.job-coordinator.job-ended` message. */
export interface EndedJob {
  readonly tenant: string;
  readonly jobId: string;
  readonly ending: JobEnding;
  /** Of the ending in the log: tells which of two jobs ended first, whatever the clocks said. */
  readonly position: number;
}

/** `tidemark.cmd.job-coordinator.claim-stage`: the runner asks for the leg. Refused with CLAIM_REFUSED and a reason. */
export interface ClaimRequest {
  readonly tenant: string;
  readonly jobId: string;
  readonly service: string;
  readonly stage: string;
  readonly attempt: number;
  readonly runner: string;
  readonly delivery: ClaimedDelivery;
}

/** Everything a runner needs to know to run the leg. */
export interface ClaimGranted {
  readonly claim: number;
  readonly attempt: number;
  readonly type: JobType;
  readonly trigger: JobTrigger;
  readonly connectionId: string;
  readonly pipeline: PipelineChoice;
  readonly source: Source;
  readonly destinations: readonly DestinationSettings[];
  /** For runners that predate `source`. */
  readonly connector: string;
  readonly config: Source['config'];
  /** What the connection's last completed job committed. */
  readonly cursor: Cursor | null;
  /** The last checkpoint inside the first of these stages; null when it has none. */
  readonly checkpoint: Checkpoint | null;
  /** The stages of this leg that are still to run, in order. */
  readonly stages: readonly StageDefinition[];
  /** Outputs of the completed stages of the job, by stage. */
  readonly outputs: { readonly [stage: string]: StageOutput };
  readonly counts: Counts;
  /** Milliseconds without a beat after which the claim is lost. */
  readonly claimTimeoutMs: number;
}

/** The right under which a runner reports. */
export interface ClaimRef {
  readonly tenant: string;
  readonly jobId: string;
  readonly claim: number;
  readonly stage: string;
}

/** `tidemark.cmd.job-coordinator.complete-stage`: the end of a stage. Refused with STALE_CLAIM when the claim is not the job's. */
export interface StageReport extends ClaimRef {
  readonly output: StageOutput;
  /** Absolute numbers; those that this stage knows. */
  readonly counts?: Partial<Counts>;
  /** Proposed; the connection takes it over when the job completes. */
  readonly cursor?: Cursor;
  readonly metrics?: Checkpoint['metrics'];
  /** Ends the job here, completed with this result. */
  readonly finish?: JobResult;
  readonly facts?: readonly FactOf[];
  /** For coordinators that predate `facts`: the data of ChangesDetected. */
  readonly changes?: Facts['ChangesDetected'];
}

/** `tidemark.cmd.job-coordinator.save-checkpoint`: how far the stage has got. Refused with STALE_CLAIM as above. */
export interface CheckpointReport extends ClaimRef, Checkpoint {
  /** Counts the checkpoints of one claim in one stage, from 1: a repeated report is known by it. */
  readonly sequence: number;
}

/** `tidemark.cmd.job-coordinator.fail-stage` */
export interface StageFailure extends ClaimRef {
  readonly error: Failure;
  /** False: trying again cannot help. */
  readonly retryable: boolean;
  /** Milliseconds that the other side asked us to wait, if it did. */
  readonly retryAfterMs?: number;
}

/** `tidemark.cmd.job-coordinator.confirm-cancel`: the runner stopped as asked. */
export type CancelConfirmation = Omit<ClaimRef, 'stage'>;

/** A report was taken; `ended`: the leg is over (handed over, or the job ended). */
export interface ReportTaken {
  readonly ended: boolean;
}

/** Data of a lossy `tidemark.beat.<jobId>` message. */
export interface Beat {
  readonly jobId: string;
  readonly claim: number;
  readonly stage: string;
  /** 0 to 100, of the stage. */
  readonly percent?: number;
  readonly counts?: Partial<Counts>;
}

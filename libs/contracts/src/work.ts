import type { BySeverity } from './changes.js';
import type { Counts, Failure, JobTrigger, JobType } from './job.js';
import type { Cursor, StageDefinition, StageOutput } from './pipeline.js';
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

/** `tidemark.cmd.job-coordinator.claim`: the runner asks for the leg. Refused with CLAIM_REFUSED and a reason. */
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
  readonly connector: string;
  readonly config: { readonly [key: string]: unknown };
  readonly cursor: Cursor | null;
  /** The stages of this leg that are still to run, in order. */
  readonly stages: readonly StageDefinition[];
  /** Outputs of the completed stages of the job, by stage. */
  readonly outputs: { readonly [stage: string]: StageOutput };
  readonly counts: Counts;
  /** Milliseconds without a beat after which the claim is lost. */
  readonly claimTimeoutMs: number;
}

/** `tidemark.cmd.job-coordinator.complete-stage`: the checkpoint. Refused with STALE_CLAIM when the claim is not the job's. */
export interface StageReport {
  readonly tenant: string;
  readonly jobId: string;
  readonly claim: number;
  readonly stage: string;
  readonly output: StageOutput;
  readonly counts?: Partial<Counts>;
  readonly cursor?: Cursor;
  /** Ends the job here, completed with this result. */
  readonly finish?: 'unchanged';
  /** Of the alert stage: what ChangesDetected tells. */
  readonly changes?: {
    readonly snapshotId: string;
    readonly previousSnapshotId: string;
    readonly bySeverity: BySeverity;
  };
}

/** `tidemark.cmd.job-coordinator.fail-stage` */
export interface StageFailure {
  readonly tenant: string;
  readonly jobId: string;
  readonly claim: number;
  readonly stage: string;
  readonly error: Failure;
  /** False: trying again cannot help. */
  readonly retryable: boolean;
  /** Milliseconds that the other side asked us to wait, if it did. */
  readonly retryAfterMs?: number;
}

/** `tidemark.cmd.job-coordinator.confirm-cancel`: the runner stopped as asked. */
export interface CancelConfirmation {
  readonly tenant: string;
  readonly jobId: string;
  readonly claim: number;
}

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

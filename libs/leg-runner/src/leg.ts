import type { ClaimGranted, Counts, Cursor, StageOutput, StageReport } from '@tidemark/contracts';

/** A claimed leg: what the stages of one service know while they run, one after the other. */
export interface Leg extends Omit<ClaimGranted, 'outputs' | 'stages'> {
  readonly tenant: string;
  readonly jobId: string;
  /** The id of the request that set the job in motion. */
  readonly correlationId?: string | undefined;
  /** Outputs of the completed stages of the job, by stage; grows as this leg goes on. */
  readonly outputs: Readonly<Record<string, StageOutput>>;
  /** What stages of this leg hand on in memory; empty when another runner began the leg. */
  readonly artefacts: Map<string, unknown>;
  /** Aborted when the job is cancelled, the claim is lost or this runner stops: end within milliseconds. */
  readonly signal: AbortSignal;
  /** Tells how far the stage is: percent of the stage, absolute counts. Lossy and cheap. */
  progress(report: { readonly percent?: number; readonly counts?: Partial<Counts> }): void;
}

/** What a stage leaves behind; see StageReport. */
export interface StageOutcome {
  readonly output: StageOutput;
  readonly counts?: Partial<Counts>;
  readonly cursor?: Cursor;
  readonly finish?: 'unchanged';
  readonly changes?: StageReport['changes'];
}

/**
 * Runs one stage. An error with a string `code` and a boolean `retryable` (and perhaps `retryAfterMs`) is reported as
 * such; any other counts as retryable.
 */
export type RunStage = (stage: string, leg: Leg) => Promise<StageOutcome>;

import type { BlobStore } from '@tidemark/blob-store';
import type { HttpClient } from '@tidemark/resilience';
import type { Counts, Cursor, JobType, StageOutput } from '@tidemark/contracts';

/** Upper limit of a stage's output as JSON: it stands in an event. */
export const MAX_STAGE_OUTPUT_BYTES = 8192;

export interface StageContext {
  readonly connectionId: string;
  readonly jobId: string;
  readonly jobType: JobType;
  /** The connection's config; it has passed the connector's schema. */
  readonly config: { readonly [key: string]: unknown };
  /** The cursor that the last completed job of this connection committed; null before the first. */
  readonly cursor: Cursor | null;
  /** Memory shared by the stages of one leg in one process. Empty after a restart: outputs name the blobs to read. */
  readonly artefacts: Map<string, unknown>;
  /** Checkpointed outputs of the stages before this one, by stage name. */
  readonly outputs: Readonly<Record<string, StageOutput>>;
  readonly blobs: BlobStore;
  /** Guarded, without a credential, and without retries: a job has its own. */
  readonly http: HttpClient;
  /** Aborted when the job is cancelled or the claim is lost; a stage then ends within milliseconds. */
  readonly signal: AbortSignal;
  /** Tells how far the stage is. Lossy and cheap; percent of this stage, 0 to 100. Counts are absolute. */
  progress(report: { readonly percent?: number; readonly counts?: Partial<Counts> }): void;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface StageResult {
  readonly output: StageOutput;
  /** The ones this stage knows; absolute numbers, not differences. */
  readonly counts?: Partial<Counts>;
  /** `unchanged` ends the job as completed after this stage: the source is as it was. */
  readonly finish?: 'unchanged';
  /** Proposed cursor; it is committed only when the job completes. */
  readonly cursor?: Cursor;
}

/**
 * One stage. It may run again after a crash, in another process, with the same context but empty artefacts,
 * and must then yield the same output.
 * @throws ExternalError when the cause is known; anything else counts as retryable
 */
export type StageFunction = (context: StageContext) => Promise<StageResult>;

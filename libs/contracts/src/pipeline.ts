import type { Counts, Failure } from './job.js';

/** A named, checkpointed step of a pipeline, and the service that runs it. */
export interface StageDefinition {
  readonly name: string;
  readonly service: string;
}

/** Which pipeline a job runs, and with what; its definition is in the package pipelines. */
export interface PipelineChoice {
  /** `dependency`, … */
  readonly kind: string;
  /** The pipeline's own; small JSON. */
  readonly parameters: { readonly [name: string]: unknown };
}

/** What a stage leaves for its successors: small JSON (at most 8 KB): blob ids, hashes, flags. */
export type StageOutput = { readonly [key: string]: unknown };

/** Where a connection's source has been read and committed to; the connector's own shape, small JSON. */
export type Cursor = { readonly [key: string]: unknown };

/** How far a stage has got; everything that it covers has been written. At most 8 KB as JSON. */
export interface Checkpoint {
  /** Where to read on from; the stage's own shape. */
  readonly cursor: Cursor;
  /** Absolute numbers of the job. */
  readonly counts?: Partial<Counts>;
  /** Rows that failed since the checkpoint before: how many, and the blob that lists them. */
  readonly errors?: { readonly count: number; readonly blob: string };
  /** What each destination made of it, by name. */
  readonly sinks?: { readonly [name: string]: SinkResult };
  /** Absolute numbers of the job, by the pipeline's names for them. */
  readonly metrics?: { readonly [name: string]: number };
}

/** Absolute numbers of one destination of a job; whole numbers from 0. */
export interface SinkResult {
  readonly written: number;
  readonly failed: number;
  /** Set when the destination as a whole refused what was to be written. */
  readonly error?: Failure;
}

/** The pipeline of jobs from before connections named theirs. */
export const pipelineOfConnector = (connector: string): PipelineChoice => ({
  kind: connector === 'noop' ? 'noop' : 'dependency',
  parameters: {},
});

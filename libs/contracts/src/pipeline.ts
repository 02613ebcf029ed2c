/** A named, checkpointed step of a pipeline, and the service that runs it. */
export interface StageDefinition {
  readonly name: string;
  readonly service: 'connector-runner' | 'differ';
}

/** The stages of a connector's jobs, in order. Consecutive stages of one service are one leg under one claim. */
export interface PipelineDefinition {
  readonly stages: readonly StageDefinition[];
  /** Milliseconds without a beat after which a claim is lost. Default: the installation's setting. */
  readonly claimTimeoutMs?: number;
  /** Milliseconds of beats without progress after which a claim counts as stalled. Default 10 minutes. */
  readonly stallTimeoutMs?: number;
}

/** What a stage leaves for its successors: small JSON (at most 8 KB): blob ids, hashes, flags. */
export type StageOutput = { readonly [key: string]: unknown };

/** Where a connection's source has been read and committed to; the connector's own shape, small JSON. */
export type Cursor = { readonly [key: string]: unknown };

import type { BlobStore } from '@tidemark/blob-store';
import type { OpenedDestination, Source } from '@tidemark/connector-sdk';
import type {
  Checkpoint,
  Counts,
  Cursor,
  DestinationSettings,
  FactOf,
  JobResult,
  JobTrigger,
  JobType,
  Policies,
  Source as SourceSettings,
  StageReport,
} from '@tidemark/contracts';
import type { Artefacts } from './artefacts.js';
import type { FactTypeOf, OutputsOf, ParametersOf, Pipeline, StageNameOf } from './pipeline.js';

/** Bytes of a stage's output, or of a checkpoint, as JSON: both are part of an event. */
export const MAX_REPORT_BYTES = 8192;

/** The job that a stage works for. */
export interface JobInfo {
  readonly id: string;
  readonly tenant: string;
  readonly connectionId: string;
  readonly type: JobType;
  readonly trigger: JobTrigger;
  readonly attempt: number;
  /** The id of the request that started the job. */
  readonly correlationId?: string;
}

/** The inputs and functions of a running stage. */
export interface StageContext<P extends Pipeline = Pipeline> {
  readonly job: JobInfo;
  readonly parameters: ParametersOf<P>;
  readonly source: SourceSettings;
  readonly destinations: readonly DestinationSettings[];
  readonly policies: Policies;
  /** Objects of the connection that only a job reads which names them. */
  readonly pausedObjects: readonly string[];
  /** The cursor that the connection's last completed job committed; null before the first. */
  readonly cursor: Cursor | null;
  /** The last checkpoint that was saved inside this stage, by any claim: resume from there. */
  readonly resumeFrom: Checkpoint | null;
  /** Of the job so far, as reported. */
  readonly counts: Counts;
  readonly artefacts: Artefacts;
  readonly blobs: BlobStore;
  readonly open: Connectors;
  /** Aborted when the job is cancelled, the claim is lost or the runner stops: end within milliseconds. */
  readonly signal: AbortSignal;
  /** The output of an earlier stage. @throws Error when it has none */
  output<S extends keyof OutputsOf<P> & string>(stage: S): OutputsOf<P>[S];
  /**
   * Saves the progress of the stage; resolves when it is durable. Call it after everything that it covers has been
   * written, at most about once a second.
   * @throws StageFailed when it is larger than MAX_REPORT_BYTES · the signal's reason when the claim is over
   */
  checkpoint(checkpoint: Checkpoint): Promise<void>;
  /** Lossy and cheap: percent of this stage, 0 to 100; absolute counts. */
  progress(progress: { readonly percent?: number; readonly counts?: Partial<Counts> }): void;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Opens the connection's source and destinations. Opened ones are closed when the stage ends. */
export interface Connectors {
  /** @throws ExternalError */
  source(): Promise<Source>;
  /** The destination of that name. @throws ExternalError */
  destination(name: string): Promise<OpenedDestination>;
}

/** The result of a stage. */
export interface StageResult<P extends Pipeline = Pipeline, Output extends object = object> extends Pick<
  StageReport,
  'counts' | 'cursor' | 'metrics'
> {
  readonly output: Output;
  /** Ends the job here, completed with this result. */
  readonly finish?: JobResult;
  readonly facts?: readonly FactOf<FactTypeOf<P>>[];
}

/**
 * One stage. It may run again after a crash, in another process, with the same context but empty artefacts, and must
 * then yield the same output.
 * @throws StageFailed or ExternalError when the cause is known; any other error counts as retryable
 */
export type Stage<P extends Pipeline = Pipeline, Name extends StageNameOf<P> = StageNameOf<P>> = (
  context: StageContext<P>,
) => Promise<StageResult<P, OutputsOf<P>[Name] & object>>;

/** The stages that one service runs: `stages.get('dependency')?.stages['fetch']`. */
export type StageTable = ReadonlyMap<string, StageRow>;

export interface StageRow {
  readonly pipeline: Pipeline;
  readonly stages: { readonly [stage: string]: Stage };
}

/** A service's stages of one pipeline; the compiler checks that there is one for each. */
export const implement = <P extends Pipeline, Service extends P['stages'][number]['service']>(
  pipeline: P,
  _service: Service,
  stages: { readonly [Name in StageNameOf<P, Service>]: Stage<P, Name> },
): StageRow => ({ pipeline, stages: stages as unknown as StageRow['stages'] });

export const stageTable = (...rows: readonly StageRow[]): StageTable =>
  new Map(rows.map((row) => [row.pipeline.kind, row]));

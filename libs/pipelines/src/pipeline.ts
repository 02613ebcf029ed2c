import type {
  DestinationSettings,
  FactType,
  FieldFault,
  JobResult,
  JobType,
  Source,
  StageDefinition,
} from '@tidemark/contracts';

/** A number that a pipeline's stages report beside the standard counts, such as `entities`. */
export interface MetricDefinition {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
}

/** The part of a connection that its pipeline judges. */
export interface PipelineConnection {
  readonly source: Source;
  readonly destinations: readonly DestinationSettings[];
}

/** The definition of a pipeline; small and without code, so that planners of jobs can read it too. */
export interface PipelineDefinition<Stage extends string = string> {
  /** Lower case, with hyphens; unique. */
  readonly kind: string;
  /** In order. Consecutive stages of one service are one leg under one claim. */
  readonly stages: readonly (StageDefinition & { readonly name: Stage })[];
  /** The types of its jobs; the first is the default, and that of scheduled jobs. Absent: `full` only. */
  readonly jobTypes?: readonly [JobType, ...JobType[]];
  /** Whether its jobs write to the connection's destinations. */
  readonly writes?: boolean;
  /** Milliseconds without a heartbeat after which a claim expires. Default: the setting. */
  readonly claimTimeoutMs?: number;
  /** Milliseconds of heartbeats without progress after which a claim counts as stalled. Default: the setting. */
  readonly stallTimeoutMs?: number;
  /** Facts that its stages may report besides checkpoints. */
  readonly facts?: readonly FactType[];
  /** Results with which a stage may end the job before the last stage. */
  readonly earlyResults?: readonly JobResult[];
  readonly metrics?: readonly MetricDefinition[];
  /** The problems of a job's parameters, fields as paths from them. Absent: its jobs have no parameters. */
  parameterProblems?(parameters: { readonly [name: string]: unknown }, type: JobType): readonly FieldFault[];
  /** The problems of a connection, fields as paths from it. */
  connectionProblems?(connection: PipelineConnection): readonly FieldFault[];
}

/** Types that stages are checked against; no value of it exists. */
declare const types: unique symbol;

/** A pipeline with the types of its stages' outputs, by stage, and of its parameters. */
export type Pipeline<
  Outputs extends object = object,
  Parameters extends object = object,
  Definition extends PipelineDefinition = PipelineDefinition,
> = Definition & { readonly [types]?: { readonly outputs: Outputs; readonly parameters: Parameters } };

export type OutputsOf<P extends Pipeline> = NonNullable<P[typeof types]>['outputs'];
export type ParametersOf<P extends Pipeline> = NonNullable<P[typeof types]>['parameters'];
export type FactTypeOf<P extends Pipeline> = P['facts'] extends readonly (infer F extends FactType)[] ? F : never;

/** The stages of a pipeline that one service runs. */
export type StageNameOf<P extends Pipeline, Service extends string = string> = Extract<
  P['stages'][number],
  { readonly service: Service }
>['name'] &
  keyof OutputsOf<P>;

/** Joins a definition with its types: `definePipeline<Outputs>()({ kind, stages, … })`. */
export const definePipeline =
  <Outputs extends object, Parameters extends object = object>() =>
  <const D extends PipelineDefinition<keyof Outputs & string>>(definition: D): Pipeline<Outputs, Parameters, D> =>
    definition;

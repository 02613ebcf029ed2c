import { JsonObject, MapOf, Nested, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { decimal, shaped } from '../fields/field-type.js';
import { ObjectProgress, SinkResult, SomeCounts, type Counts } from './progress.js';

/** A named, checkpointed step of a pipeline, and the service that runs it. */
@Shape({ name: 'Stage' })
export class StageDefinition {
  @Text() readonly name!: string;
  @Text() readonly service!: string;
}

/** The pipeline that a job runs, and its parameters; its definition is in the package pipelines. */
@Shape()
export class PipelineChoice {
  /** `dependency`, … */
  @Text()
  readonly kind!: string;

  @JsonObject({ description: "The pipeline's own; small." })
  readonly parameters!: { readonly [name: string]: unknown };
}

/** Which message of the work queue a claim was made with: see Delivery in messaging. */
@Shape()
export class ClaimedDelivery {
  @Text() readonly id!: string;
  @WholeNumber() readonly sequence!: number;
}

/** What a stage leaves for its successors: small JSON (at most 8 KB): blob ids, hashes, flags. */
export type StageOutput = { readonly [key: string]: unknown };

/** Where a connection's source has been read and committed to; the connector's own shape, small JSON. */
export type Cursor = { readonly [key: string]: unknown };

/** Rows that failed since the previous checkpoint: how many, and the blob that lists them. */
@Shape()
export class RowErrors {
  @WholeNumber() readonly count!: number;
  @Text() readonly blob!: string;
}

/** How far a stage has got; everything that it covers has been written. At most 8 KB as JSON. */
@Shape()
export class Checkpoint {
  @JsonObject({ description: "Where to resume reading; the stage's own shape." })
  readonly cursor!: Cursor;

  @Nested(() => SomeCounts, { optional: true })
  readonly counts?: Partial<Counts>;

  @Nested(() => RowErrors, { optional: true })
  readonly errors?: RowErrors;

  @MapOf(shaped(() => SinkResult), { optional: true, description: 'The result of each destination, by name.' })
  readonly sinks?: { readonly [name: string]: SinkResult };

  @MapOf(shaped(() => ObjectProgress), {
    optional: true,
    description: 'Those that changed since the last one, by name.',
  })
  readonly objects?: { readonly [name: string]: ObjectProgress };

  @MapOf(decimal(), { optional: true, description: "Absolute numbers of the job, by the pipeline's names for them." })
  readonly metrics?: { readonly [name: string]: number };
}

/** The pipeline of jobs from before connections named theirs. */
export const pipelineOfConnector = (connector: string): PipelineChoice => ({
  kind: connector === 'noop' ? 'noop' : 'dependency',
  parameters: {},
});

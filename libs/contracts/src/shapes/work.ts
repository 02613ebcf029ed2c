import {
  Anything,
  Decimal,
  Flag,
  JsonObject,
  ListOf,
  MapOf,
  Nested,
  OneOf,
  Shape,
  Text,
  WholeNumber,
} from '../fields/decorators.js';
import { merge } from '../fields/derive.js';
import { decimal, object, text } from '../fields/field-type.js';
import { DetectedChanges, factTypes, type FactOf, type FactType } from '../facts.js';
import type { JobEnding } from '../events/job-events.js';
import { DestinationSettings, Policies, Source } from './connection.js';
import { jobResults, jobTriggers, jobTypes, type JobResult, type JobTrigger, type JobType } from './job.js';
import {
  Checkpoint,
  ClaimedDelivery,
  PipelineChoice,
  StageDefinition,
  type Cursor,
  type StageOutput,
} from './pipeline.js';
import { Counts, Failure, SomeCounts } from './progress.js';

/** Data of a `tidemark.work.<service>.<stage>` message: a leg that waits for a runner. */
@Shape()
export class Work {
  @Text() readonly tenant!: string;
  @Text() readonly jobId!: string;
  @Text() readonly stage!: string;
  @WholeNumber() readonly attempt!: number;
}

const endings = ['JobCompleted', 'JobFailed', 'JobCancelled'] as const;

/** The event that ended a job. */
@Shape()
export class Ending {
  @OneOf(endings) readonly type!: (typeof endings)[number];
  @JsonObject() readonly data!: object;
}

/** Data of a `tidemark.work.job-coordinator.job-ended` message. */
@Shape()
export class EndedJob {
  @Text()
  readonly tenant!: string;

  @Text()
  readonly jobId!: string;

  @Nested(() => Ending)
  readonly ending!: JobEnding;

  /** Determines which of two jobs ended first, regardless of clocks. */
  @WholeNumber({ description: 'Log position of the event that ended the job.' })
  readonly position!: number;
}

@Shape()
export class ClaimRequest {
  @Text() readonly tenant!: string;
  @Text() readonly jobId!: string;
  @Text() readonly service!: string;
  @Text() readonly stage!: string;
  @WholeNumber() readonly attempt!: number;
  @Text() readonly runner!: string;
  @Nested(() => ClaimedDelivery) readonly delivery!: ClaimedDelivery;
}

const claim = { min: 1, description: "The claim's number." } as const;

/** Everything a runner needs to know to run the leg. */
@Shape()
export class ClaimGranted {
  @WholeNumber(claim)
  readonly claim!: number;

  @WholeNumber()
  readonly attempt!: number;

  @OneOf(jobTypes)
  readonly type!: JobType;

  @OneOf(jobTriggers)
  readonly trigger!: JobTrigger;

  @Text()
  readonly connectionId!: string;

  @Nested(() => PipelineChoice)
  readonly pipeline!: PipelineChoice;

  @Nested(() => Source)
  readonly source!: Source;

  @ListOf(() => DestinationSettings)
  readonly destinations!: readonly DestinationSettings[];

  @Nested(() => Policies, { optional: true })
  readonly policies?: Policies;

  @ListOf(text(), { optional: true, description: 'Objects that only a job reads which names them.' })
  readonly pausedObjects?: readonly string[];

  @Text({ description: 'For runners that predate `source`.' })
  readonly connector!: string;

  @JsonObject({ description: 'For runners that predate `source`.' })
  readonly config!: Source['config'];

  @JsonObject({ nullable: true, description: "What the connection's last completed job committed." })
  readonly cursor!: Cursor | null;

  @Nested(() => Checkpoint, { nullable: true, description: 'The last one inside the first of these stages.' })
  readonly checkpoint!: Checkpoint | null;

  @ListOf(() => StageDefinition, { min: 1, description: 'The stages of this leg that are still to run, in order.' })
  readonly stages!: readonly StageDefinition[];

  @MapOf(object, { description: 'Outputs of the completed stages of the job, by stage.' })
  readonly outputs!: { readonly [stage: string]: StageOutput };

  @Nested(() => Counts)
  readonly counts!: Counts;

  @WholeNumber({ min: 1, description: 'Milliseconds without a heartbeat after which the claim is lost.' })
  readonly claimTimeoutMs!: number;
}

/** The right under which a runner reports. */
class HeldClaim {
  @Text() readonly tenant!: string;
  @Text() readonly jobId!: string;
  @WholeNumber(claim) readonly claim!: number;
}

/** A claim on a stage in progress. */
@Shape()
export class ClaimRef extends HeldClaim {
  @Text() readonly stage!: string;
}

/** A fact as a stage reports it: see Facts. */
@Shape({ name: 'Fact' })
export class ReportedFact {
  @OneOf(factTypes) readonly type!: FactType;
  @JsonObject() readonly data!: object;
}

/** The end of a stage. */
@Shape()
export class StageReport extends ClaimRef {
  @JsonObject()
  readonly output!: StageOutput;

  @Nested(() => SomeCounts, { optional: true, description: 'Absolute numbers; those that this stage knows.' })
  readonly counts?: Partial<Counts>;

  @JsonObject({ optional: true, description: 'Proposed; the connection commits it when the job completes.' })
  readonly cursor?: Cursor;

  @MapOf(decimal(), { optional: true })
  readonly metrics?: Checkpoint['metrics'];

  @OneOf(jobResults, { optional: true, description: 'Ends the job here, completed with this result.' })
  readonly finish?: JobResult;

  @ListOf(() => ReportedFact, { optional: true })
  readonly facts?: readonly FactOf[];

  @Nested(() => DetectedChanges, {
    optional: true,
    description: 'For coordinators that predate `facts`: the data of ChangesDetected.',
  })
  readonly changes?: DetectedChanges;
}

/** How far a stage has got. */
@Shape()
export class CheckpointReport extends merge(ClaimRef, Checkpoint) {
  @WholeNumber({
    min: 1,
    description: 'Counts the checkpoints of one claim in one stage: identifies a repeated report.',
  })
  readonly sequence!: number;
}

@Shape()
export class StageFailure extends ClaimRef {
  @Nested(() => Failure)
  readonly error!: Failure;

  @Flag({ description: 'False: a retry cannot succeed.' })
  readonly retryable!: boolean;

  @Decimal({ optional: true, description: 'Milliseconds that the source or destination asked to wait.' })
  readonly retryAfterMs?: number;
}

/** The runner stopped as requested. */
@Shape()
export class CancelConfirmation extends HeldClaim {}

/** The runner was stopped before it could end the leg. */
@Shape()
export class ClaimRelease extends HeldClaim {}

@Shape()
export class ReportTaken {
  @Flag({ description: 'True: the leg is over: the work was handed over, or the job ended.' })
  readonly ended!: boolean;
}

/** Data of a `tidemark.dead.<durable>` message. */
@Shape()
export class DeadLetter {
  @Text() readonly subject!: string;
  @Text() readonly id!: string;
  @Anything() readonly data!: unknown;
  @JsonObject() readonly headers!: object;
  @Text() readonly durable!: string;
  @WholeNumber() readonly deliveryCount!: number;
  @Text() readonly reason!: string;
}

/** Data of a lossy `tidemark.beat.<jobId>` message. */
@Shape()
export class Beat {
  @Text()
  readonly jobId!: string;

  @WholeNumber(claim)
  readonly claim!: number;

  @Text()
  readonly stage!: string;

  @Decimal({ min: 0, max: 100, optional: true, description: 'Of the stage.' })
  readonly percent?: number;

  @Nested(() => SomeCounts, { optional: true })
  readonly counts?: Partial<Counts>;
}

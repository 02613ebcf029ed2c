import { Flag, JsonObject, ListOf, MapOf, Nested, OneOf, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { merge } from '../fields/derive.js';
import { decimal, object, shaped } from '../fields/field-type.js';
import { ObjectOutcome } from '../shapes/connection-objects.js';
import { DetectedChanges } from '../facts.js';
import { busyPolicies, type BusyPolicy } from '../shapes/connection.js';
import { jobResults, jobTriggers, jobTypes, type JobResult, type JobTrigger, type JobType } from '../shapes/job.js';
import {
  Checkpoint,
  ClaimedDelivery,
  PipelineChoice,
  StageDefinition,
  type Cursor,
  type StageOutput,
} from '../shapes/pipeline.js';
import { Counts, Failure, SomeCounts } from '../shapes/progress.js';
import { EventData, Time } from './event-data.js';

const claim = { min: 1, description: "The claim's number." } as const;

/** What another job of the connection had done, where this one goes on. */
@Shape()
export class CarriedWork {
  @MapOf(object, { description: 'Outputs of its completed stages, by stage.' })
  readonly outputs!: { readonly [stage: string]: StageOutput };

  @Text({ optional: true, description: 'The stage that the checkpoint is of.' })
  readonly stage?: string;

  @Nested(() => Checkpoint, { optional: true })
  readonly checkpoint?: Checkpoint;

  @Nested(() => Counts)
  readonly counts!: Counts;
}

@Shape()
export class JobCreatedData extends EventData {
  @Text() readonly jobId!: string;
  @Text() readonly tenant!: string;
  @Text() readonly connectionId!: string;
  @Text() readonly connector!: string;
  @Nested(() => PipelineChoice) readonly pipeline!: PipelineChoice;
  @OneOf(jobTypes) readonly type!: JobType;
  @OneOf(jobTriggers) readonly trigger!: JobTrigger;
  @ListOf(() => StageDefinition, { min: 1 }) readonly stages!: readonly StageDefinition[];
  @OneOf(busyPolicies) readonly whenBusy!: BusyPolicy;
  @WholeNumber({ min: 1 }) readonly claimTimeoutMs!: number;
  @WholeNumber({ min: 1 }) readonly stallTimeoutMs!: number;
  @Time({ optional: true }) readonly startAt?: number;
  @Text({ optional: true }) readonly retryOf?: string;

  @Nested(() => CarriedWork, { optional: true, description: 'Of the job `retryOf`. Absent: begins from the start.' })
  readonly carried?: CarriedWork;

  @Text({ optional: true, description: 'Distinguishes a repeated request from a new one under the same key.' })
  readonly requestHash?: string;
}

/** A stage in progress under a claim. */
class AtStage extends EventData {
  @WholeNumber(claim) readonly claim!: number;
  @Text() readonly stage!: string;
}

class AtAttempt extends AtStage {
  @WholeNumber() readonly attempt!: number;
}

@Shape({ description: 'A runner took the job at this stage.' })
export class StageClaimedData extends AtAttempt {
  @Text() readonly service!: string;
  @Text() readonly runner!: string;
  @Nested(() => ClaimedDelivery) readonly delivery!: ClaimedDelivery;

  @Flag({ optional: true, description: 'True when the broker took the work from a runner that had fallen silent.' })
  readonly afterSilence?: boolean;

  @Time({ optional: true, description: "When the connection's source was set that the claim was granted with." })
  readonly sourceSetAt?: number;
}

@Shape({ description: 'The checkpoint at the end of a stage.' })
export class StageCompletedData extends AtAttempt {
  @Text() readonly connectionId!: string;
  @JsonObject() readonly output!: StageOutput;
  @Nested(() => SomeCounts, { optional: true }) readonly counts?: Partial<Counts>;
  @MapOf(decimal(), { optional: true }) readonly metrics?: Checkpoint['metrics'];
  @JsonObject({ optional: true }) readonly cursor?: Cursor;

  @Nested(() => StageDefinition, {
    optional: true,
    description: 'Set when the next stage belongs to another service: the claim ends and the work is handed over.',
  })
  readonly handOver?: StageDefinition;
}

@Shape({ description: 'How far the claim has got inside its stage; a successor resumes from there.' })
export class CheckpointSavedData extends merge(AtAttempt, Checkpoint) {
  @WholeNumber({ min: 1, description: 'Within the claim and the stage.' })
  readonly sequence!: number;
}

@Shape({ description: "The claim's runner sent no heartbeat in time, or gave it back: the stage is offered again." })
export class ClaimExpiredData extends AtAttempt {
  @Text() readonly service!: string;

  @Flag({ optional: true, description: 'True when its runner gave it back because it was stopped.' })
  readonly released?: boolean;
}

@Shape({ description: "Heartbeats arrive, but nothing advanced within the pipeline's limit." })
export class ClaimStalledData extends AtStage {
  @Time() readonly since!: number;
}

@Shape({ description: 'A stalled claim advanced again.' })
export class ClaimRecoveredData extends AtStage {}

@Shape({ description: 'An attempt ended in an error; the next follows at `retryAt`.' })
export class RetryScheduledData extends AtAttempt {
  @Nested(() => Failure) readonly error!: Failure;
  @Time() readonly retryAt!: number;
  @WholeNumber() readonly retryCount!: number;
}

@Shape({ description: 'The wait before the next attempt was cut short: it may start at once.' })
export class RetryExpeditedData extends EventData {
  @Text({ description: 'Why, for the timeline.' }) readonly reason!: string;
}

@Shape({ description: 'The running job is to stop; its runner has until `deadline`.' })
export class CancelRequestedData extends EventData {
  @Time() readonly deadline!: number;
  @WholeNumber(claim) readonly claim!: number;
  @Text() readonly reason!: string;
}

class OfJob extends EventData {
  @Text() readonly tenant!: string;
  @Text() readonly connectionId!: string;
  @Text() readonly jobId!: string;
}

@Shape({ description: 'The recorded changes of a dependency, without the ignored ones.' })
export class ChangesDetectedData extends merge(OfJob, DetectedChanges) {}

/** The data that every ending carries, so that the job need not be read again. */
class EndingData extends EventData {
  @Text() readonly connectionId!: string;
  @Time() readonly createdAt!: number;
  /** The first claim of the first attempt; null when the job never started. */
  @Time({ nullable: true }) readonly startedAt!: number | null;

  @Time({ optional: true, description: 'Of the source that the job has read, as its connection records it.' })
  readonly sourceSetAt?: number;

  @Flag({ optional: true, description: 'True: it ran beside the other jobs of its connection, and has no cursor.' })
  readonly beside?: boolean;

  @MapOf(shaped(() => ObjectOutcome), { optional: true, description: 'How its objects ended, by name: 200 at most.' })
  readonly objects?: { readonly [name: string]: ObjectOutcome };
}

@Shape()
export class JobCompletedData extends EndingData {
  @OneOf(jobResults) readonly result!: JobResult;
  @Nested(() => Counts) readonly counts!: Counts;
  @MapOf(decimal(), { optional: true }) readonly metrics?: Checkpoint['metrics'];
  @JsonObject({ optional: true }) readonly cursor?: Cursor;
}

@Shape()
export class JobFailedData extends EndingData {
  @WholeNumber(claim) readonly claim!: number;
  @Text() readonly stage!: string;
  @WholeNumber() readonly attempt!: number;
  @Nested(() => Failure) readonly error!: Failure;
}

@Shape()
export class JobCancelledData extends EndingData {
  @Text() readonly reason!: string;

  @Flag({ description: 'True when the runner did not answer in time and lost its claim.' })
  readonly forced!: boolean;
}

import {
  Flag,
  Instant,
  JsonObject,
  ListOf,
  MapOf,
  Nested,
  OneOf,
  Shape,
  Text,
  WholeNumber,
} from '../fields/decorators.js';
import { decimal, shaped, text } from '../fields/field-type.js';
import { Counts, Failure, ObjectProgress, SinkResult } from './progress.js';

export const jobTypes = ['full', 'incremental', 'webhook', 'backfill'] as const;
/** What a job reads: everything, changes since the last one, the objects that were pushed, or a past window. */
export type JobType = (typeof jobTypes)[number];

/** Those that can be requested; a job of type webhook is created for what was pushed. */
export const requestedJobTypes = ['full', 'incremental', 'backfill'] as const satisfies readonly JobType[];
export type RequestedJobType = (typeof requestedJobTypes)[number];

export const jobTriggers = ['schedule', 'manual', 'api', 'retry', 'webhook'] as const;
/** What requested the job: the connection's schedule, a person, a program, the retry of an ended job, or a push. */
export type JobTrigger = (typeof jobTriggers)[number];

export const jobStates = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

export const jobResults = ['succeeded', 'unchanged', 'completed_with_errors'] as const;
/** How a completed job ended: with all objects done, with nothing to do, or with some objects failed. */
export type JobResult = (typeof jobResults)[number];

export const livenesses = ['live', 'stalled'] as const;
/** Whether the runner of a running job sends heartbeats, and whether the job advances. */
export type Liveness = (typeof livenesses)[number];

export const waitReasons = ['tenant_cap', 'connection_busy', 'retry_backoff', 'schedule', 'no_runner'] as const;

/**
 * Why a job is not running: over the tenant's cap, behind another job of its connection, between two attempts, before its
 * start time, or offered but not yet claimed by a runner.
 */
@Shape()
export class WaitingFor {
  @OneOf(waitReasons)
  readonly reason!: (typeof waitReasons)[number];

  @Instant({ optional: true, description: 'Until then at least.' })
  readonly until?: string;

  @ListOf(text(), { optional: true, description: 'The jobs that must end first: the first five of them.' })
  readonly behind?: readonly string[];

  @WholeNumber({ optional: true, description: 'How many must end first, when they are more.' })
  readonly behindCount?: number;
}

/** A job as API, CLI and gRPC show it. Times are ISO 8601 in UTC. */
@Shape()
export class Job {
  @Text({ example: '019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' })
  readonly id!: string;

  @Text()
  readonly connectionId!: string;

  @OneOf(jobTypes)
  readonly type!: JobType;

  @OneOf(jobTriggers)
  readonly trigger!: JobTrigger;

  @OneOf(jobStates)
  readonly state!: JobState;

  @Text({
    nullable: true,
    description: 'The stage in progress, or the next one; null once ended.',
    example: 'fetch',
  })
  readonly stage!: string | null;

  @WholeNumber({ max: 100 })
  readonly percent!: number;

  @Nested(() => Counts)
  readonly counts!: Counts;

  @MapOf(shaped(() => ObjectProgress), { optional: true, description: 'How each object, or slice, fared, by name.' })
  readonly objects?: { readonly [name: string]: ObjectProgress };

  @MapOf(shaped(() => SinkResult), { optional: true, description: 'How each destination fared, by name.' })
  readonly destinations?: { readonly [name: string]: SinkResult };

  @MapOf(decimal(), { optional: true, description: "Numbers of the pipeline's own, by name." })
  readonly metrics?: { readonly [name: string]: number };

  @WholeNumber({ description: 'From 1; 0 before the first attempt.' })
  readonly attempt!: number;

  @WholeNumber()
  readonly retryCount!: number;

  @WholeNumber()
  readonly retriesLeft!: number;

  @Instant({ nullable: true })
  readonly nextRetryAt!: string | null;

  @Nested(() => WaitingFor, { nullable: true, description: 'Why the job is not running.' })
  readonly waitingFor!: WaitingFor | null;

  @OneOf(livenesses, { nullable: true, description: 'Null unless running.' })
  readonly liveness!: Liveness | null;

  @Instant({ nullable: true })
  readonly cancelRequestedAt!: string | null;

  @Nested(() => Failure, { nullable: true })
  readonly lastError!: Failure | null;

  @OneOf(jobResults, { nullable: true, description: 'Null until completed.' })
  readonly result!: JobResult | null;

  @Text({ nullable: true, description: 'The ended job that this one tries again.' })
  readonly retryOf!: string | null;

  @Instant()
  readonly createdAt!: string;

  @Instant({ nullable: true })
  readonly startedAt!: string | null;

  @Instant({ nullable: true })
  readonly endedAt!: string | null;

  @WholeNumber({ nullable: true })
  readonly durationMs!: number | null;
}

export type JobView = Job;

/** One entry of a job's timeline. */
@Shape()
export class TimelineEntry {
  @WholeNumber()
  readonly revision!: number;

  @Text({ description: "The event's type.", example: 'StageCompleted' })
  readonly type!: string;

  @Instant()
  readonly at!: string;

  @Text({ example: 'runner:3f1c' })
  readonly actor!: string;

  @Text({ nullable: true })
  readonly stage!: string | null;

  @WholeNumber({ nullable: true })
  readonly claim!: number | null;

  @Text({ description: 'One sentence.' })
  readonly message!: string;
}

@Shape()
export class Timeline {
  @ListOf(() => TimelineEntry)
  readonly data!: readonly TimelineEntry[];

  @WholeNumber({ description: 'Entries of the whole timeline.' })
  readonly total!: number;
}

/** One stored event as callers see it. */
@Shape()
export class JobEventView {
  @WholeNumber()
  readonly revision!: number;

  @Text()
  readonly type!: string;

  @Instant()
  readonly at!: string;

  @Text({ description: 'One sentence.' })
  readonly message!: string;

  @JsonObject()
  readonly data!: object;
}

@Shape()
export class JobEventPage {
  @ListOf(() => JobEventView)
  readonly events!: readonly JobEventView[];

  @Flag({ description: 'True when the job has ended and no further event can come.' })
  readonly ended!: boolean;
}

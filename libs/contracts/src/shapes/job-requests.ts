import {
  Flag,
  Id,
  Instant,
  JsonObject,
  ListOf,
  Nested,
  OneOf,
  Shape,
  Text,
  WholeNumber,
} from '../fields/decorators.js';
import { text } from '../fields/field-type.js';
import { busyPolicies, type BusyPolicy } from './connection.js';
import type { PipelineChoice } from './pipeline.js';
import { jobTriggers, requestedJobTypes, type JobTrigger, type RequestedJobType } from './job.js';

@Shape()
export class JobRef {
  @Id()
  readonly tenant!: string;

  @Id()
  readonly jobId!: string;
}

/** A past stretch of time. */
@Shape({
  rules: [
    { field: 'to', says: 'must be after `from`', holds: ({ from, to }: Window) => Date.parse(from) < Date.parse(to) },
  ],
})
export class Window {
  @Instant({ description: 'Inclusive.' })
  readonly from!: string;

  @Instant({ description: 'Exclusive.' })
  readonly to!: string;
}

/** Some of the failed rows of a connection: those that match all that is given. */
@Shape()
export class FailedRowSelection {
  @Text({ max: 200, optional: true, description: 'Of this source object.' })
  readonly object?: string;

  @Text({ max: 200, optional: true, description: 'Refused by this destination.' })
  readonly destination?: string;

  @Text({ max: 100, optional: true })
  readonly code?: string;

  @Text({ max: 500, optional: true, description: 'The message, with … in place of numbers, ids and quoted values.' })
  readonly pattern?: string;

  @Text({ max: 500, optional: true, description: 'The field that was refused.' })
  readonly field?: string;

  @ListOf(text({ max: 100 }), { min: 1, optional: true, description: 'Their ids.' })
  readonly ids?: readonly string[];
}

export const sliceOrders = ['newest', 'oldest'] as const;

/** Parameters of jobs; each pipeline and type of job takes some of them. */
@Shape()
export class JobParameters {
  @ListOf(text({ max: 200 }), { min: 1, optional: true, description: 'Only these objects of the connection.' })
  readonly objects?: readonly string[];

  @WholeNumber({ min: 1, max: 1_000_000, optional: true, description: 'A sample of each object; the cursor stays.' })
  readonly limit?: number;

  @Flag({ optional: true, description: 'Everything but the writing.' })
  readonly dryRun?: boolean;

  @OneOf(['failed'], { optional: true, description: 'Only the rows that failed before.' })
  readonly rows?: 'failed';

  @Nested(() => FailedRowSelection, { optional: true, description: 'With `rows: "failed"`: only these of them.' })
  readonly only?: FailedRowSelection;

  @Nested(() => Window, { optional: true, description: 'Of a backfill: when the objects were created or changed.' })
  readonly window?: Window;

  @WholeNumber({ min: 1, max: 10_000, optional: true, description: 'Objects per page of a backfill. Default 100.' })
  readonly chunkSize?: number;

  @WholeNumber({ min: 1, max: 32, optional: true, description: 'Slices of the window, read side by side. Default 4.' })
  readonly slices?: number;

  @OneOf(sliceOrders, { optional: true, default: 'newest', description: 'The slice of a backfill that begins first.' })
  readonly order?: (typeof sliceOrders)[number];
}

@Shape()
export class CreateJob {
  @Id()
  readonly tenant!: string;

  @Id()
  readonly connectionId!: string;

  @OneOf(requestedJobTypes, { optional: true, example: 'full', description: "Default: the pipeline's." })
  readonly type?: RequestedJobType;

  @OneOf(jobTriggers, { optional: true, default: 'api' })
  readonly trigger?: JobTrigger;

  @Text({ max: 255, optional: true, description: "The tenant's own: the same key is the same job." })
  readonly idempotencyKey?: string;

  @OneOf(busyPolicies, { optional: true, description: "Overrides the connection's policy." })
  readonly whenBusy?: BusyPolicy;

  @Instant({ optional: true, description: 'Not before this time.' })
  readonly startAt?: string;

  @JsonObject({ optional: true, description: "The pipeline's own." })
  readonly parameters?: PipelineChoice['parameters'];
}

@Shape()
export class ResumeJob extends JobRef {
  @Text({ max: 255, optional: true, description: "The tenant's own: the same key is the same new job." })
  readonly idempotencyKey?: string;
}

@Shape()
export class RetryJob extends ResumeJob {
  @OneOf(['failed'], {
    optional: true,
    description: 'In place of the whole job, only the rows of its connection that failed.',
  })
  readonly rows?: 'failed';
}

@Shape()
export class CancelJob extends JobRef {
  @Text({ max: 500, optional: true, description: 'For the timeline.' })
  readonly reason?: string;
}

@Shape({
  rules: [
    {
      field: 'revision',
      says: 'or `at` must be given, and not both',
      holds: ({ revision, at }: GetJobState) => (revision === undefined) !== (at === undefined),
    },
  ],
})
export class GetJobState extends JobRef {
  @WholeNumber({
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
    description: 'After this event of the job; the first is 0.',
  })
  readonly revision?: number;

  @Instant({ optional: true, description: 'At this time.' })
  readonly at?: string;
}

@Shape()
export class GetJobEvents extends JobRef {
  @WholeNumber({ optional: true, description: 'The first revision. Default 0.' })
  readonly from?: number;

  @WholeNumber({ min: 1, max: 500, optional: true, default: 100 })
  readonly limit?: number;
}

@Shape()
export class GetTimeline extends JobRef {
  @WholeNumber({ min: 1, optional: true, default: 1 })
  readonly page?: number;

  @WholeNumber({ min: 1, optional: true, default: 50 })
  readonly perPage?: number;
}

@Shape()
export class ExplainJobs {
  @Id()
  readonly tenant!: string;

  @ListOf(text())
  readonly jobIds!: readonly string[];
}

import { ApiProperty } from '@nestjs/swagger';
import {
  busyPolicies,
  jobStates,
  jobTriggers,
  jobTypes,
  type BusyPolicy,
  type Counts,
  type Failure,
  type JobResult,
  type JobState,
  type JobTrigger,
  type JobType,
  type JobView,
  type Liveness,
  type TimelineEntry,
  type WaitingFor,
} from '@tidemark/contracts';
import { PageQuery, Pagination } from '../../edge/paging.js';
import { Instant, Text, WholeNumber, Word, Words } from '../../edge/validation/fields.js';

export class CreateJobDto {
  @Word(jobTypes, { example: 'full' })
  type!: JobType;

  @Word(busyPolicies, { optional: true, description: "Overrides the connection's policy." })
  whenBusy?: BusyPolicy;

  @Instant({ optional: true, description: 'Not before this time.' })
  startAt?: string;

  @Word(['manual', 'api'], { optional: true, default: 'api', description: 'Whether a person or a program asks.' })
  trigger?: 'manual' | 'api';
}

export class CancelJobDto {
  @Text({ max: 500, optional: true, description: 'For the timeline.' })
  reason?: string;
}

export class ConnectionJobsQuery extends PageQuery {
  @Words(jobStates, { optional: true, inQuery: true, description: 'Any of these.' })
  state?: JobState[];
}

export class JobsQuery extends ConnectionJobsQuery {
  @Text({ max: 128, optional: true })
  connectionId?: string;
}

const lastRevision = Number.MAX_SAFE_INTEGER;

export class JobStateQuery {
  @WholeNumber({
    min: 0,
    max: lastRevision,
    optional: true,
    description: 'After this event of the job; the first is 0.',
  })
  revision?: number;

  @Instant({ optional: true, description: 'At this time.' })
  at?: string;
}

export class JobEventsQuery {
  @WholeNumber({
    min: 0,
    max: lastRevision,
    optional: true,
    description: 'Where to begin without `Last-Event-ID`. Default 0.',
  })
  from?: number;
}

export class CountsDto implements Counts {
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ type: 'integer' }) processed!: number;
  @ApiProperty({ type: 'integer' }) failed!: number;
  @ApiProperty({ type: 'integer' }) created!: number;
  @ApiProperty({ type: 'integer' }) updated!: number;
  @ApiProperty({ type: 'integer' }) deleted!: number;
  @ApiProperty({ type: 'integer' }) skipped!: number;
}

export class WaitingForDto implements WaitingFor {
  @ApiProperty({ enum: ['tenant_cap', 'connection_busy', 'retry_backoff', 'schedule', 'no_runner'] })
  reason!: WaitingFor['reason'];

  @ApiProperty({ format: 'date-time', required: false })
  until?: string;

  @ApiProperty({ type: [String], required: false, description: 'The jobs that must end first.' })
  behind?: string[];
}

export class FailureDto implements Failure {
  @ApiProperty({ example: 'SOURCE_UNREACHABLE' })
  code!: string;

  @ApiProperty()
  message!: string;
}

export class JobDto implements JobView {
  @ApiProperty({ example: '019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' })
  id!: string;

  @ApiProperty()
  connectionId!: string;

  @ApiProperty({ enum: jobTypes })
  type!: JobType;

  @ApiProperty({ enum: jobTriggers })
  trigger!: JobTrigger;

  @ApiProperty({ enum: jobStates })
  state!: JobState;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The stage in work, or the one to come next.',
    example: 'fetch',
  })
  stage!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100 })
  percent!: number;

  @ApiProperty({ type: () => CountsDto })
  counts!: CountsDto;

  @ApiProperty({ type: 'integer', description: 'From 1; 0 before the first try.' })
  attempt!: number;

  @ApiProperty({ type: 'integer' })
  retryCount!: number;

  @ApiProperty({ type: 'integer' })
  retriesLeft!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  nextRetryAt!: string | null;

  @ApiProperty({ type: () => WaitingForDto, nullable: true, description: 'Why the job is not running.' })
  waitingFor!: WaitingForDto | null;

  @ApiProperty({ enum: ['live', 'stalled'], type: String, nullable: true, description: 'Null unless running.' })
  liveness!: Liveness | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  cancelRequestedAt!: string | null;

  @ApiProperty({ type: () => FailureDto, nullable: true })
  lastError!: FailureDto | null;

  @ApiProperty({
    enum: ['succeeded', 'unchanged', 'completed_with_errors'],
    type: String,
    nullable: true,
    description: 'Null until completed.',
  })
  result!: JobResult | null;

  @ApiProperty({ type: String, nullable: true, description: 'The ended job that this one tries again.' })
  retryOf!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  durationMs!: number | null;
}

export class JobPage {
  @ApiProperty({ type: () => [JobDto] })
  data!: JobDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;

  @ApiProperty({ type: 'integer', description: 'The log position up to which the list is true.' })
  asOf!: number;

  @ApiProperty({ required: false, description: 'True: nobody could say why jobs wait.' })
  degraded?: boolean;
}

export class TimelineEntryDto implements TimelineEntry {
  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ example: 'StageCompleted' })
  type!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ example: 'runner:3f1c' })
  actor!: string;

  @ApiProperty({ type: String, nullable: true })
  stage!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  claim!: number | null;

  @ApiProperty({ description: 'One sentence.' })
  message!: string;
}

export class TimelinePage {
  @ApiProperty({ type: () => [TimelineEntryDto] })
  data!: TimelineEntryDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;
}

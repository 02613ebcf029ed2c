import { ApiProperty } from '@nestjs/swagger';
import {
  busyPolicies,
  connectionStates,
  intervals,
  jobStates,
  type BusyPolicy,
  type ConnectionState,
  type ConnectionView,
  type Cursor,
  type CursorView,
  type Interval,
  type JobResult,
  type JobState,
  type Schedule,
} from '@tidemark/contracts';
import { ValidateBy } from 'class-validator';
import { PageQuery, Pagination } from '../../edge/paging.js';
import { JsonObject, Nested, Text, Word, Words } from '../../edge/validation/fields.js';

export class SourceDto {
  @Text({ max: 64, description: 'Name of the connector.', example: 'openapi' })
  connector!: string;

  @JsonObject({
    description: "The connector's own settings. Never secrets.",
    example: { url: 'https://example.com/openapi.json' },
  })
  config!: { [key: string]: unknown };
}

export class ScheduleDto {
  @Word(intervals, { optional: true, description: '`realtime` is every 5 minutes, `manual` only when asked.' })
  every?: Interval;

  @Text({ max: 200, optional: true, description: 'Cron expression, in place of `every`.', example: '0 6 * * 1-5' })
  cron?: string;

  @Text({ max: 64, optional: true, description: 'IANA name, with `cron` only. Default UTC.', example: 'Europe/Berlin' })
  timeZone?: string;
}

const oneKind = (value: unknown) => {
  const { every, cron, timeZone } = (value ?? {}) as Partial<ScheduleDto>;
  return (every === undefined) !== (cron === undefined) && (timeZone === undefined || cron !== undefined);
};

/** `every` or `cron`, not both. */
const OneKindOfSchedule = () =>
  ValidateBy({
    name: 'oneKindOfSchedule',
    validator: {
      validate: oneKind,
      defaultMessage: () => 'must have either every, or cron with an optional timeZone',
    },
  });

const nameField = { max: 200, example: 'billing api' };
const whenBusyField = {
  optional: true,
  description: 'What becomes of a job when its tenant or connection is busy: it waits, or it is refused.',
};

export class CreateConnectionDto {
  @Text(nameField)
  name!: string;

  @Nested(() => SourceDto)
  source!: SourceDto;

  @Nested(() => ScheduleDto, { optional: true, description: 'Default: manual.', example: { every: 'hourly' } })
  @OneKindOfSchedule()
  schedule?: ScheduleDto;

  @Word(busyPolicies, { ...whenBusyField, default: 'queue' })
  whenBusy?: BusyPolicy;
}

/** Only what is given changes. */
export class UpdateConnectionDto {
  @Text({ ...nameField, optional: true })
  name?: string;

  @Nested(() => SourceDto, { optional: true, description: 'A new source starts from its beginning.' })
  source?: SourceDto;

  @Nested(() => ScheduleDto, { optional: true, example: { every: 'daily' } })
  @OneKindOfSchedule()
  schedule?: ScheduleDto;

  @Word(busyPolicies, whenBusyField)
  whenBusy?: BusyPolicy;
}

export class ConnectionsQuery extends PageQuery {
  @Words(connectionStates, { optional: true, inQuery: true, description: 'Any of these.' })
  state?: ConnectionState[];
}

export class LastSyncDto {
  @ApiProperty()
  jobId!: string;

  @ApiProperty({ enum: jobStates })
  state!: JobState;

  @ApiProperty({ enum: ['succeeded', 'unchanged', 'completed_with_errors'], nullable: true, type: String })
  result!: JobResult | null;

  @ApiProperty({ format: 'date-time' })
  endedAt!: string;
}

export class ConnectionDto implements ConnectionView {
  @ApiProperty({ example: '019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' })
  id!: string;

  @ApiProperty({ example: 'billing api' })
  name!: string;

  @ApiProperty({ enum: connectionStates })
  state!: ConnectionState;

  @ApiProperty({ description: 'True: no automatic syncs; asked-for ones still run.' })
  paused!: boolean;

  @ApiProperty({ type: () => SourceDto })
  source!: SourceDto;

  @ApiProperty({ type: () => ScheduleDto, example: { every: 'hourly' } })
  schedule!: Schedule;

  @ApiProperty({ enum: busyPolicies })
  whenBusy!: BusyPolicy;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  nextSyncAt!: string | null;

  @ApiProperty({ type: () => LastSyncDto, nullable: true })
  lastSync!: LastSyncDto | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class ConnectionPage {
  @ApiProperty({ type: () => [ConnectionDto] })
  data!: ConnectionDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;

  @ApiProperty({ type: 'integer', description: 'The log position up to which the list is true.' })
  asOf!: number;
}

export class CursorDto implements CursorView {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Null before the first completed job.',
  })
  cursor!: Cursor | null;

  @ApiProperty({ type: String, nullable: true, description: 'The job that committed it.' })
  jobId!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  committedAt!: string | null;
}

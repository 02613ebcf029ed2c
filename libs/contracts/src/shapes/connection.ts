import { Flag, Instant, JsonObject, Nested, OneOf, Shape, Text } from '../fields/decorators.js';
import { jobResults, jobStates, type JobResult, type JobState } from './job.js';
import type { Cursor } from './pipeline.js';

export const connectionStates = ['active', 'disconnected', 'error', 'revoked'] as const;
export type ConnectionState = (typeof connectionStates)[number];

export const intervals = ['realtime', 'hourly', 'daily', 'manual'] as const;
export type Interval = (typeof intervals)[number];

export const busyPolicies = ['queue', 'reject'] as const;
/** What happens to a new job when the tenant's cap is reached or the connection has a job: it waits, or it is refused. */
export type BusyPolicy = (typeof busyPolicies)[number];

/** The connector and its settings. Never secrets: credentials are stored separately and referenced. */
@Shape()
export class Source {
  @Text({ max: 64, description: 'Name of the connector.', example: 'openapi' })
  readonly connector!: string;

  @JsonObject({
    description: "The connector's own settings. Never secrets.",
    example: { url: 'https://example.com/openapi.json' },
  })
  readonly config!: { readonly [key: string]: unknown };
}

/** Where a connection writes to. */
@Shape()
export class DestinationSettings extends Source {
  @Text({ max: 64, description: 'Unique within the connection.' })
  readonly name!: string;
}

/** When a connection syncs: every 5 minutes (`realtime`), hour, day, only on request (`manual`), or by a cron expression. */
export type Schedule =
  | { readonly every: Interval }
  | {
      readonly cron: string;
      /** IANA name. Default UTC. */
      readonly timeZone?: string;
    };

/** Schedule, as one class. */
@Shape({
  name: 'Schedule',
  description: '`every` or `cron`, not both.',
  rules: [{ says: 'must have either `every`, or `cron` with an optional `timeZone`', holds: isOneKind }],
})
export class ScheduleFields {
  @OneOf(intervals, { optional: true, description: '`realtime` is every 5 minutes, `manual` only on request.' })
  readonly every?: Interval;

  @Text({ max: 200, optional: true, description: 'Cron expression, in place of `every`.', example: '0 6 * * 1-5' })
  readonly cron?: string;

  @Text({ max: 64, optional: true, description: 'IANA name, with `cron` only. Default UTC.', example: 'Europe/Berlin' })
  readonly timeZone?: string;
}

function isOneKind({ every, cron, timeZone }: ScheduleFields): boolean {
  return (every === undefined) !== (cron === undefined) && (timeZone === undefined || cron !== undefined);
}

/** How the last job of a connection ended. */
@Shape()
export class LastSync {
  @Text()
  readonly jobId!: string;

  @OneOf(jobStates)
  readonly state!: JobState;

  @OneOf(jobResults, { nullable: true })
  readonly result!: JobResult | null;

  @Instant()
  readonly endedAt!: string;
}

/** A connection as API, CLI and gRPC show it. Times are ISO 8601 in UTC. */
@Shape()
export class Connection {
  @Text({ example: '019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' })
  readonly id!: string;

  @Text({ example: 'billing api' })
  readonly name!: string;

  @OneOf(connectionStates)
  readonly state!: ConnectionState;

  @Flag({ description: 'True: no automatic syncs; requested ones still run.' })
  readonly paused!: boolean;

  @Nested(() => Source)
  readonly source!: Source;

  @Nested(() => ScheduleFields, { example: { every: 'hourly' } })
  readonly schedule!: Schedule;

  @OneOf(busyPolicies)
  readonly whenBusy!: BusyPolicy;

  @Instant({ nullable: true })
  readonly nextSyncAt!: string | null;

  @Nested(() => LastSync, { nullable: true })
  readonly lastSync!: LastSync | null;

  @Instant()
  readonly createdAt!: string;

  @Instant()
  readonly updatedAt!: string;
}

export type ConnectionView = Connection;

/** How far a connection's source has been read and committed. */
@Shape()
export class CursorView {
  @JsonObject({ nullable: true, description: 'Null before the first completed job.' })
  readonly cursor!: Cursor | null;

  @Text({ nullable: true, description: 'The job that committed it.' })
  readonly jobId!: string | null;

  @Instant({ nullable: true })
  readonly committedAt!: string | null;
}

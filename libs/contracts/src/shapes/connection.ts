import { Decimal, Flag, Id, Instant, JsonObject, ListOf, Nested, OneOf, Shape, Text } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';
import { jobResults, jobStates, type JobResult, type JobState } from './job.js';
import { MappingEntry } from './mapping.js';
import type { Cursor } from './pipeline.js';

export const connectionStates = ['active', 'disconnected', 'error', 'revoked'] as const;
export type ConnectionState = (typeof connectionStates)[number];

export const intervals = ['realtime', 'hourly', 'daily', 'manual'] as const;
export type Interval = (typeof intervals)[number];

export const busyPolicies = ['queue', 'reject'] as const;
/** What happens to a new job when the tenant's cap is reached or the connection has a job: it waits, or it is refused. */
export type BusyPolicy = (typeof busyPolicies)[number];

export const writeModes = ['append', 'upsert', 'update', 'mirror'] as const;
/** Insert rows; insert or update by key; update existing rows only; upsert, and delete rows that are gone. */
export type WriteMode = (typeof writeModes)[number];

/** A connector and its settings. Never secrets: credentials are stored separately and referenced. */
class ConnectorSettings {
  @Text({ max: 64, description: 'Name of the connector.', example: 'openapi' })
  readonly connector!: string;

  @JsonObject({
    description: "The connector's own settings. Never secrets.",
    example: { url: 'https://example.com/openapi.json' },
  })
  readonly config!: { readonly [key: string]: unknown };

  @Id({ optional: true, description: 'The stored credential to sign in with.' })
  readonly credentialId?: string;
}

/** Where a connection reads from. */
@Shape()
export class Source extends ConnectorSettings {
  @ListOf(text({ max: 200 }), {
    optional: true,
    min: 1,
    description: 'What is read: kinds of objects, tables. Default: all that the source offers.',
    example: ['issues'],
  })
  readonly objects?: readonly string[];
}

/** The column that holds the source's id in rows of a destination without a key of its own. */
export const EXTERNAL_ID = 'external_id';

/** Where a connection writes to. */
@Shape()
export class DestinationSettings extends ConnectorSettings {
  @Text({ max: 64, description: 'Unique within the connection.' })
  readonly name!: string;

  @OneOf(writeModes, { optional: true, description: 'Default: upsert where the destination has it, else append.' })
  readonly mode?: WriteMode;

  @Text({
    max: 200,
    optional: true,
    description: 'Where the rows go: a table, a file. `{object}` stands for the source object. Default: `{object}`.',
    example: 'gh_{object}',
  })
  readonly object?: string;

  @ListOf(text({ max: 200 }), {
    optional: true,
    min: 1,
    description: `The fields that identify a row. Default: \`${EXTERNAL_ID}\`, which then holds the source's id.`,
  })
  readonly key?: readonly string[];

  @ListOf(() => MappingEntry, { optional: true, description: 'How a record becomes a row. Default: as it is.' })
  readonly mapping?: readonly MappingEntry[];

  @Flag({ optional: true, default: true, description: 'False: its failure does not fail the job.' })
  readonly required?: boolean;
}

/** What a connection's jobs may do, and when they must not go on. */
@Shape()
export class Policies {
  @Decimal({ min: 0, max: 1, optional: true, description: 'A job with a larger share of failed objects fails.' })
  readonly maxErrorRate?: number;

  @Decimal({
    min: 0,
    max: 1,
    optional: true,
    default: 0.3,
    description: 'A run that would delete a larger share of a destination with more than 100 rows is refused.',
  })
  readonly maxDeletes?: number;
}

export const missedPolicies = ['one', 'none'] as const;
/** What becomes of planned syncs that could not start: one is made up for as soon as it may start, or none is. */
export type MissedPolicy = (typeof missedPolicies)[number];

/** A time in which no planned sync starts: by the clock and calendar of its time zone, through changes of the clocks. */
@Shape({ rules: [{ says: 'must have `days`, or `from` and `to`', holds: isWindow }] })
export class ScheduleWindow {
  @ListOf(text({ max: 10 }), {
    optional: true,
    min: 1,
    description: 'Dates, days of the week or ranges of them. Default: every day.',
    example: ['mon-fri', '2026-12-24'],
  })
  readonly days?: readonly string[];

  @Text({
    max: 16,
    optional: true,
    description: 'A time of each of the days, or a date (`2026-12-20`, `2026-12-20T18:00`). Default: the whole day.',
    example: '09:00',
  })
  readonly from?: string;

  @Text({
    max: 16,
    optional: true,
    description: 'Exclusive. At or before `from`: of the following day. With dates the window is one span of time.',
    example: '17:00',
  })
  readonly to?: string;

  @Text({
    max: 64,
    optional: true,
    description: "IANA name. Default: the schedule's, else UTC.",
    example: 'Europe/Berlin',
  })
  readonly timeZone?: string;
}

function isWindow({ days, from, to }: ScheduleWindow): boolean {
  return (from === undefined) === (to === undefined) && (days !== undefined || from !== undefined);
}

interface Exceptions {
  /** In these no planned sync starts. */
  readonly except?: readonly ScheduleWindow[];
  /** Default `one`. */
  readonly missed?: MissedPolicy;
}

/** When a connection syncs: every 5 minutes (`realtime`), hour, day, only on request (`manual`), or by a cron expression. */
export type Schedule = Exceptions &
  (
    | { readonly every: Interval }
    | {
        readonly cron: string;
        /** IANA name. Default UTC. */
        readonly timeZone?: string;
      }
  );

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

  @ListOf(() => ScheduleWindow, {
    optional: true,
    description: 'In these windows no planned sync, nor a retry of one, starts: it waits. Requested ones start.',
  })
  readonly except?: readonly ScheduleWindow[];

  @OneOf(missedPolicies, {
    optional: true,
    default: 'one',
    description:
      'Of planned syncs that fell into a window, or that nothing was running for: one is made up for as soon as it may ' +
      'start (`one`), or the next is the next one that is planned outside (`none`).',
  })
  readonly missed?: MissedPolicy;
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

/** What a change of a connection means for its cursor. */
@Shape()
export class CursorEffect {
  @OneOf(['kept', 'dropped'])
  readonly effect!: 'kept' | 'dropped';

  @Text({ description: 'What the next sync reads, in one sentence.' })
  readonly message!: string;
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

  @Text({ optional: true, description: 'Why it is revoked; absent in other states.' })
  readonly stateCause?: string;

  @Flag({ description: 'True: no automatic syncs; requested ones still run.' })
  readonly paused!: boolean;

  @Text({ description: 'What its jobs run.', example: 'dependency' })
  readonly pipeline!: string;

  @Nested(() => Source)
  readonly source!: Source;

  @ListOf(() => DestinationSettings)
  readonly destinations!: readonly DestinationSettings[];

  @Nested(() => Policies)
  readonly policies!: Policies;

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

  @Nested(() => CursorEffect, {
    optional: true,
    description: 'In the answer to a change of source or destinations: what it means for the cursor.',
  })
  readonly cursorEffect?: CursorEffect;
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

import { Flag, JsonObject, ListOf, Nested, OneOf, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';
import {
  busyPolicies,
  DestinationSettings,
  Policies,
  ScheduleFields,
  Source,
  type BusyPolicy,
  type Schedule,
} from '../shapes/connection.js';
import { jobResults, jobStates, type JobResult, type JobState } from '../shapes/job.js';
import type { Cursor } from '../shapes/pipeline.js';
import { EventData, Time } from './event-data.js';

/** The input of the connection's next sync time. */
class Replanned extends EventData {
  @Time({ nullable: true }) readonly nextSyncAt!: number | null;
}

@Shape()
export class ConnectionCreatedData extends Replanned {
  @Text() readonly connectionId!: string;
  @Text() readonly tenant!: string;
  @Text() readonly name!: string;
  @Nested(() => Source) readonly source!: Source;

  @Text({ optional: true, description: 'What its jobs run; absent: the first that the source offers.' })
  readonly pipeline?: string;

  @ListOf(() => DestinationSettings, { optional: true })
  readonly destinations?: readonly DestinationSettings[];

  @Nested(() => Policies, { optional: true }) readonly policies?: Policies;
  @Nested(() => ScheduleFields) readonly schedule!: Schedule;
  @OneOf(busyPolicies) readonly whenBusy!: BusyPolicy;

  @Text({ optional: true, description: 'Distinguishes a repeated request from a new one under the same key.' })
  readonly requestHash?: string;
}

@Shape({
  description:
    'Only the changed fields are present. A new source is read from its beginning, unless `keepsCursor` is set.',
})
export class ConnectionUpdatedData extends Replanned {
  @Text({ optional: true }) readonly name?: string;
  @Nested(() => Source, { optional: true }) readonly source?: Source;

  @Flag({ optional: true, description: 'True: the new source is read on from the cursor.' })
  readonly keepsCursor?: boolean;

  @ListOf(() => DestinationSettings, { optional: true })
  readonly destinations?: readonly DestinationSettings[];

  @Nested(() => Policies, { optional: true }) readonly policies?: Policies;
  @Nested(() => ScheduleFields, { optional: true }) readonly schedule?: Schedule;
  @OneOf(busyPolicies, { optional: true }) readonly whenBusy?: BusyPolicy;
}

@Shape({ description: 'The next job reads from the beginning.' })
export class CursorResetData extends EventData {
  @ListOf(text(), { optional: true, description: 'Only these objects; absent: all.' })
  readonly objects?: readonly string[];
}

@Shape()
export class ConnectionPausedData extends EventData {}

@Shape()
export class ConnectionResumedData extends Replanned {}

@Shape()
export class ConnectionDisconnectedData extends EventData {}

@Shape({ description: 'A credential of the connection can no longer be used, until it is authorised again.' })
export class ConnectionRevokedData extends EventData {
  @Text({ description: 'Of the error that the job ended with.' }) readonly code!: string;
  @Text() readonly cause!: string;
  @Text() readonly jobId!: string;
}

@Shape()
export class ConnectionReconnectedData extends Replanned {}

@Shape()
export class ConnectionRemovedData extends EventData {}

@Shape({ description: 'A job of the connection ended; its cursor, if it completed with one, is committed.' })
export class SyncEndedData extends Replanned {
  @Text() readonly jobId!: string;
  @OneOf(jobStates) readonly state!: JobState;
  @OneOf(jobResults, { nullable: true }) readonly result!: JobResult | null;
  @JsonObject({ optional: true }) readonly cursor?: Cursor;

  @WholeNumber({ description: "Of the job's end in the log." })
  readonly position!: number;

  @JsonObject({
    optional: true,
    description: 'Written now and then: the connection after this event, so that nothing before it needs to be read.',
  })
  readonly whole?: object;

  @WholeNumber({ optional: true, description: 'Of the shape of `whole`; absent: 1.' })
  readonly wholeVersion?: number;
}

@Shape({ description: 'A planned sync was not started.' })
export class SyncSkippedData extends Replanned {
  @Time() readonly plannedAt!: number;
  @Text() readonly reason!: string;
}

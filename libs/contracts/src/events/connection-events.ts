import type { BusyPolicy, DestinationSettings, Schedule, Source } from '../shapes/connection.js';
import type { JobResult, JobState } from '../shapes/job.js';
import type { Cursor } from '../shapes/pipeline.js';
import type { Fact } from './fact.js';

export type ConnectionCreated = Fact<
  'ConnectionCreated',
  {
    readonly connectionId: string;
    readonly tenant: string;
    readonly name: string;
    readonly source: Source;
    /** What its jobs run; absent: the first that the source offers. */
    readonly pipeline?: string;
    readonly destinations?: readonly DestinationSettings[];
    readonly schedule: Schedule;
    readonly whenBusy: BusyPolicy;
    readonly nextSyncAt: number | null;
  }
>;

/** Only what changed is there. A new source starts from its beginning: the cursor is dropped. */
export type ConnectionUpdated = Fact<
  'ConnectionUpdated',
  {
    readonly name?: string;
    readonly source?: Source;
    readonly schedule?: Schedule;
    readonly whenBusy?: BusyPolicy;
    readonly nextSyncAt: number | null;
  }
>;

export type ConnectionPaused = Fact<'ConnectionPaused', object>;
export type ConnectionResumed = Fact<'ConnectionResumed', { readonly nextSyncAt: number | null }>;
export type ConnectionDisconnected = Fact<'ConnectionDisconnected', object>;
export type ConnectionReconnected = Fact<'ConnectionReconnected', { readonly nextSyncAt: number | null }>;
export type ConnectionRemoved = Fact<'ConnectionRemoved', object>;

/** A job of the connection ended; its cursor, if it completed with one, is committed. */
export type SyncEnded = Fact<
  'SyncEnded',
  {
    readonly jobId: string;
    readonly state: JobState;
    readonly result: JobResult | null;
    readonly cursor?: Cursor;
    /** Of the job's end in the log. */
    readonly position: number;
    readonly nextSyncAt: number | null;
    /** Every so often: the connection after this event, so that nothing before it needs to be read. */
    readonly whole?: object;
  }
>;

/** A planned sync was not started. */
export type SyncSkipped = Fact<
  'SyncSkipped',
  { readonly plannedAt: number; readonly reason: string; readonly nextSyncAt: number | null }
>;

/** The events of a `connection-<id>` stream. */
export type ConnectionEvent =
  | ConnectionCreated
  | ConnectionUpdated
  | ConnectionPaused
  | ConnectionResumed
  | ConnectionDisconnected
  | ConnectionReconnected
  | ConnectionRemoved
  | SyncEnded
  | SyncSkipped;

import type { BusyPolicy, Cursor, JobResult, JobState as JobStatus, Schedule, Source } from '@tidemark/contracts';

/** Commands carry all that a decision needs from outside: the time (`at`, milliseconds) and ids. */
interface Command<Type extends string, Data = object> {
  readonly type: Type;
  readonly data: Data & { readonly at: number };
}

export type CreateConnection = Command<
  'CreateConnection',
  {
    readonly connectionId: string;
    readonly tenant: string;
    readonly name: string;
    readonly source: Source;
    readonly schedule: Schedule;
    readonly whenBusy: BusyPolicy;
  }
>;

export type UpdateConnection = Command<
  'UpdateConnection',
  {
    readonly name?: string;
    readonly source?: Source;
    readonly schedule?: Schedule;
    readonly whenBusy?: BusyPolicy;
  }
>;

export type PauseConnection = Command<'PauseConnection'>;
export type ResumeConnection = Command<'ResumeConnection'>;
export type DisconnectConnection = Command<'DisconnectConnection'>;
export type ReconnectConnection = Command<'ReconnectConnection'>;
export type RemoveConnection = Command<'RemoveConnection'>;

/** A job of the connection ended. */
export type EndSync = Command<
  'EndSync',
  {
    readonly jobId: string;
    readonly state: JobStatus;
    readonly result: JobResult | null;
    readonly startedAt: number | null;
    readonly cursor?: Cursor;
    /** Of the job's end in the log. */
    readonly position: number;
  }
>;

/** The sync planned for this time was not started. */
export type SkipSync = Command<'SkipSync', { readonly plannedAt: number; readonly reason: string }>;

export type ConnectionCommand =
  | CreateConnection
  | UpdateConnection
  | PauseConnection
  | ResumeConnection
  | DisconnectConnection
  | ReconnectConnection
  | RemoveConnection
  | EndSync
  | SkipSync;

import type { ConnectionCreated, ConnectionUpdated, Failure, SyncEnded } from '@tidemark/contracts';
import type { Command } from '@tidemark/event-store';

export type CreateConnection = Command<'CreateConnection', Omit<ConnectionCreated['data'], 'nextSyncAt'>>;

export type UpdateConnection = Command<
  'UpdateConnection',
  Omit<ConnectionUpdated['data'], 'nextSyncAt' | 'keepsCursor'>
>;

export type ResetCursor = Command<'ResetCursor', { readonly objects?: readonly string[] }>;

export type PauseConnection = Command<'PauseConnection'>;
export type ResumeConnection = Command<'ResumeConnection'>;
export type DisconnectConnection = Command<'DisconnectConnection'>;
/** A credential of the connection was authorised or replaced. */
export type ReauthorizeConnection = Command<'ReauthorizeConnection'>;
export type ReconnectConnection = Command<'ReconnectConnection'>;
export type RemoveConnection = Command<'RemoveConnection'>;

/** A job of the connection ended. */
export type EndSync = Command<
  'EndSync',
  Omit<SyncEnded['data'], 'nextSyncAt' | 'whole'> & {
    /** Of a failed job. */
    readonly error?: Failure;
    readonly startedAt: number | null;
    /** Of the source that the job read; absent when an earlier version started it. */
    readonly sourceSetAt?: number;
  }
>;

/** The sync planned for this time could not be started. */
export type SkipSync = Command<'SkipSync', { readonly plannedAt: number; readonly reason: string }>;

/** The sync planned for this time is later than the schedule asks: a clock was set back after it was planned. */
export type AdvanceSync = Command<'AdvanceSync', { readonly plannedAt: number; readonly nextSyncAt: number }>;

export type ConnectionCommand =
  | CreateConnection
  | UpdateConnection
  | ResetCursor
  | PauseConnection
  | ResumeConnection
  | DisconnectConnection
  | ReconnectConnection
  | ReauthorizeConnection
  | RemoveConnection
  | EndSync
  | SkipSync
  | AdvanceSync;

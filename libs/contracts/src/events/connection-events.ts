import {
  ConnectionCreatedData,
  ConnectionDisconnectedData,
  ConnectionPausedData,
  ConnectionReconnectedData,
  ConnectionRemovedData,
  ConnectionResumedData,
  ConnectionRevokedData,
  ConnectionUpdatedData,
  CursorResetData,
  SyncEndedData,
  SyncSkippedData,
} from './connection-event-data.js';
import type { EventOf } from './event-data.js';

/** The events of a `connection-<id>` stream and their data. */
export const connectionEvents = {
  ConnectionCreated: ConnectionCreatedData,
  ConnectionUpdated: ConnectionUpdatedData,
  CursorReset: CursorResetData,
  ConnectionPaused: ConnectionPausedData,
  ConnectionResumed: ConnectionResumedData,
  ConnectionDisconnected: ConnectionDisconnectedData,
  ConnectionRevoked: ConnectionRevokedData,
  ConnectionReconnected: ConnectionReconnectedData,
  ConnectionRemoved: ConnectionRemovedData,
  SyncEnded: SyncEndedData,
  SyncSkipped: SyncSkippedData,
} as const;

type ConnectionEvents = typeof connectionEvents;

export type ConnectionEvent = EventOf<ConnectionEvents>;
export type ConnectionCreated = EventOf<ConnectionEvents, 'ConnectionCreated'>;
export type ConnectionUpdated = EventOf<ConnectionEvents, 'ConnectionUpdated'>;
export type SyncEnded = EventOf<ConnectionEvents, 'SyncEnded'>;

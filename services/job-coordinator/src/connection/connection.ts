import type {
  BusyPolicy,
  ConnectionEvent,
  ConnectionState as ConnectionStatus,
  Cursor,
  DestinationSettings,
  JobResult,
  JobState as JobStatus,
  Policies,
  Schedule,
  Source,
  SyncEnded,
} from '@tidemark/contracts';

/** A connection; times are milliseconds since the epoch. */
export interface ExistingConnection {
  readonly status: ConnectionStatus;
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly source: Source;
  /** The pipeline of its jobs; absent: the first that the source offers. */
  readonly pipeline?: string;
  readonly destinations?: readonly DestinationSettings[];
  readonly policies?: Policies;
  readonly schedule: Schedule;
  readonly whenBusy: BusyPolicy;
  /** Why it is revoked. */
  readonly stateCause?: string;
  readonly paused: boolean;
  /** When the next automatic sync is due; null when none is planned. */
  readonly nextSyncAt: number | null;
  readonly cursor: { readonly value: Cursor; readonly jobId: string; readonly committedAt: number } | null;
  readonly lastSync: {
    readonly jobId: string;
    readonly state: JobStatus;
    readonly result: JobResult | null;
    readonly endedAt: number;
  } | null;
  /** Of the request under an idempotency key. */
  readonly requestHash?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the source was last set: a job that started before then did not use it. */
  readonly sourceSetAt: number;
  /** Log positions of the last recorded job ends: of completed jobs, and of failed and cancelled ones. */
  readonly ended: { readonly completed: number; readonly other: number };
  /** Syncs since the last event that carries the whole connection. */
  readonly sinceWhole: number;
}

export type ConnectionState = { readonly status: 'absent' } | RemovedConnection | ExistingConnection;

/** Its jobs may still end; each end is recorded, since other jobs wait for it. */
export interface RemovedConnection {
  readonly status: 'removed';
  readonly requestHash?: string;
  readonly ended: ExistingConnection['ended'];
}

export const absentConnection: ConnectionState = { status: 'absent' };

export const exists = (connection: ConnectionState): connection is ExistingConnection =>
  connection.status !== 'absent' && connection.status !== 'removed';

export function evolveConnection(connection: ConnectionState, event: ConnectionEvent): ConnectionState {
  if (event.type === 'ConnectionCreated') return created(event.data);
  const whole = event.type === 'SyncEnded' && wholeIn(event);
  if (whole) return whole;
  if (connection.status === 'removed' && event.type === 'SyncEnded')
    return { ...connection, ended: endedBy(event.data, connection.ended) };
  if (!exists(connection)) return connection;
  const { at } = event.data;
  switch (event.type) {
    case 'ConnectionUpdated': {
      const { at: updatedAt, keepsCursor, ...changed } = event.data;
      if (!changed.source || keepsCursor) return { ...connection, ...changed, updatedAt };
      return { ...connection, ...changed, cursor: null, sourceSetAt: updatedAt, updatedAt };
    }
    case 'CursorReset':
      return { ...connection, cursor: cursorWithout(connection, event.data.objects), sourceSetAt: at, updatedAt: at };
    case 'ConnectionPaused':
      return { ...connection, paused: true, nextSyncAt: null, updatedAt: at };
    case 'ConnectionResumed':
      return { ...connection, paused: false, nextSyncAt: event.data.nextSyncAt, updatedAt: at };
    case 'ConnectionDisconnected': {
      const { stateCause: _, ...others } = connection;
      return { ...others, status: 'disconnected', nextSyncAt: null, updatedAt: at };
    }
    case 'ConnectionRevoked':
      return { ...connection, status: 'revoked', stateCause: event.data.cause, nextSyncAt: null, updatedAt: at };
    case 'ConnectionReconnected': {
      const { stateCause: _, ...others } = connection;
      return { ...others, status: 'active', nextSyncAt: event.data.nextSyncAt, updatedAt: at };
    }
    case 'ConnectionRemoved':
      return { status: 'removed', requestHash: connection.requestHash, ended: connection.ended };
    case 'SyncEnded': {
      const { jobId, state, result, cursor, nextSyncAt, position } = event.data;
      const { completed, other } = connection.ended;
      return {
        ...connection,
        cursor: cursor ? { value: cursor, jobId, committedAt: at } : connection.cursor,
        lastSync: position > Math.max(completed, other) ? { jobId, state, result, endedAt: at } : connection.lastSync,
        ended: endedBy(event.data, connection.ended),
        nextSyncAt,
        sinceWhole: connection.sinceWhole + 1,
      };
    }
    case 'SyncSkipped':
      return { ...connection, nextSyncAt: event.data.nextSyncAt };
  }
}

/** The cursor without those objects; null without any. Cursors of other pipelines have no objects. */
function cursorWithout({ cursor }: ExistingConnection, objects?: readonly string[]): ExistingConnection['cursor'] {
  const kept = objects && cursor?.value['objects'];
  if (!cursor || typeof kept !== 'object' || kept === null) return null;
  const rest = Object.entries(kept).filter(([object]) => !objects!.includes(object));
  return { ...cursor, value: { ...cursor.value, objects: Object.fromEntries(rest) } };
}

function created({ at, connectionId, ...given }: Extract<ConnectionEvent, { type: 'ConnectionCreated' }>['data']) {
  return {
    ...given,
    status: 'active',
    id: connectionId,
    paused: false,
    cursor: null,
    lastSync: null,
    createdAt: at,
    updatedAt: at,
    sourceSetAt: at,
    ended: { completed: -1, other: -1 },
    sinceWhole: 0,
  } satisfies ExistingConnection;
}

const endedBy = ({ state, position }: SyncEnded['data'], { completed, other }: ExistingConnection['ended']) =>
  state === 'completed' ? { completed: position, other } : { completed, other: position };

/** The version of the shape in which an event carries the whole connection: raised when ExistingConnection changes. */
export const WHOLE_VERSION = 1;

/** The whole connection, when the event carries it in the current shape; otherwise the event is folded like any other. */
const wholeIn = ({ data: { whole, wholeVersion = 1 } }: SyncEnded): ExistingConnection | undefined =>
  wholeVersion === WHOLE_VERSION ? (whole as ExistingConnection | undefined) : undefined;

/** The event carries the whole connection. */
export const isWhole = (event: ConnectionEvent): boolean =>
  event.type === 'ConnectionCreated' || (event.type === 'SyncEnded' && wholeIn(event) !== undefined);

import type {
  BusyPolicy,
  ConnectionEvent,
  ConnectionState as ConnectionStatus,
  Cursor,
  DestinationSettings,
  JobResult,
  JobState as JobStatus,
  ObjectOutcome,
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
  /** What is known of its objects, by name. */
  readonly objects?: { readonly [object: string]: KnownObject };
  /** Of the request under an idempotency key. */
  readonly requestHash?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the source was last set: a job that started before then did not use it. */
  readonly sourceSetAt: number;
  /** Log positions of the last recorded ends: of completed jobs, of others, and of those that ran beside them. */
  readonly ended: { readonly completed: number; readonly other: number; readonly beside?: number };
  /** Syncs since the last event that carries the whole connection. */
  readonly sinceWhole: number;
}

/** An object of a connection. */
export interface KnownObject {
  readonly paused?: boolean;
  /** Jobs in a row in which it failed. */
  readonly failures: number;
  readonly lastSync?: ObjectOutcome & { readonly jobId: string; readonly endedAt: number };
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
    case 'ObjectPaused':
      return { ...connection, objects: withObject(connection, event.data.object, { paused: true }), updatedAt: at };
    case 'ObjectResumed':
      return { ...connection, objects: withObject(connection, event.data.object, { paused: false }), updatedAt: at };
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
      const { completed, other, beside = -1 } = connection.ended;
      return {
        ...connection,
        cursor: cursor ? { value: cursor, jobId, committedAt: at } : connection.cursor,
        lastSync:
          position > Math.max(completed, other, beside) ? { jobId, state, result, endedAt: at } : connection.lastSync,
        ...(event.data.objects && { objects: objectsAfter(connection, event.data) }),
        ended: endedBy(event.data, connection.ended),
        nextSyncAt,
        sinceWhole: connection.sinceWhole + 1,
      };
    }
    case 'SyncSkipped':
      return { ...connection, nextSyncAt: event.data.nextSyncAt };
  }
}

/** What is known of an object; the name may be any text. */
export const knownObject = ({ objects = {} }: ExistingConnection, object: string): KnownObject =>
  Object.hasOwn(objects, object) ? objects[object]! : { failures: 0 };

const withObject = (connection: ExistingConnection, object: string, change: Partial<KnownObject>) => ({
  ...connection.objects,
  [object]: { ...knownObject(connection, object), ...change },
});

function objectsAfter(connection: ExistingConnection, { objects: ended = {}, jobId, at }: SyncEnded['data']) {
  const changed = Object.entries(ended).map(([object, outcome]) => {
    const { failures, ...known } = knownObject(connection, object);
    const lastSync = { ...outcome, jobId, endedAt: at };
    return [object, { ...known, failures: outcome.state === 'failed' ? failures + 1 : 0, lastSync }] as const;
  });
  return { ...connection.objects, ...Object.fromEntries(changed) };
}

/** The cursor without those objects; null without any. Cursors of other pipelines have no objects. */
function cursorWithout({ cursor }: ExistingConnection, objects?: readonly string[]): ExistingConnection['cursor'] {
  const kept = objects && cursor?.value['objects'];
  // They are many, and in a blob: the next job leaves these out.
  if (cursor && typeof kept === 'string')
    return {
      ...cursor,
      value: { ...cursor.value, without: [...((cursor.value['without'] as string[]) ?? []), ...objects!] },
    };
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

const endedBy = ({ state, position, beside }: SyncEnded['data'], ended: ExistingConnection['ended']) => ({
  ...ended,
  [beside ? 'beside' : state === 'completed' ? 'completed' : 'other']: position,
});

/** The version of the shape in which an event carries the whole connection: raised when ExistingConnection changes. */
export const WHOLE_VERSION = 2;

/** The whole connection, when the event carries it in the current shape; otherwise the event is folded like any other. */
const wholeIn = ({ data: { whole, wholeVersion = 1 } }: SyncEnded): ExistingConnection | undefined =>
  wholeVersion === WHOLE_VERSION ? (whole as ExistingConnection | undefined) : undefined;

/** The event carries the whole connection. */
export const isWhole = (event: ConnectionEvent): boolean =>
  event.type === 'ConnectionCreated' || (event.type === 'SyncEnded' && wholeIn(event) !== undefined);

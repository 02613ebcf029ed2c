import { providerIdOf, TidemarkError, type ConnectionEvent, type Source, type SyncEnded } from '@tidemark/contracts';
import type { Decider } from '@tidemark/event-store';
import { canonicalJson } from '@tidemark/foundation/json';
import type {
  AdvanceSync,
  ConnectionCommand,
  CreateConnection,
  EndSync,
  SkipSync,
  UpdateConnection,
} from './connection.commands.js';
import {
  absentConnection,
  evolveConnection,
  exists,
  WHOLE_VERSION,
  type ConnectionState,
  type ExistingConnection,
} from './connection.js';
import { firstSync, isSameSchedule, nextSync, plannedJobId } from './schedule.js';

export const connectionDecider: Decider<ConnectionState, ConnectionCommand, ConnectionEvent> = {
  initialState: () => absentConnection,
  evolve: evolveConnection,
  decide: decideConnection,
};

/** A job's error when no access token can be had for a credential. */
const NO_ACCESS_TOKEN = 'NO_ACCESS_TOKEN';

/** A connection accumulates years of syncs; reading back to the last whole state is enough. */
export const WHOLE_EVERY = 100;

/** The events that follow from a command; none when nothing changes. A command that the state does not allow throws a TidemarkError. */
export function decideConnection(command: ConnectionCommand, connection: ConnectionState): ConnectionEvent[] {
  if (command.type === 'CreateConnection') return create(command, connection);
  // A job may end after its connection was removed.
  if (!exists(connection)) {
    if (command.type === 'EndSync') return endOfRemoved(command, connection);
    if (command.type === 'SkipSync' || command.type === 'AdvanceSync') return [];
    throw new TidemarkError('NOT_FOUND', 'no such connection');
  }
  if (providerIdOf(connection.source) !== null) assertPossibleForSubscription(command);
  const { at } = command.data;
  switch (command.type) {
    case 'UpdateConnection':
      return update(command, connection);
    case 'ResetCursor':
      return [{ type: 'CursorReset', data: command.data }];
    case 'PauseConnection':
      return connection.paused ? [] : [{ type: 'ConnectionPaused', data: { at } }];
    case 'ResumeConnection':
      if (!connection.paused) return [];
      return [{ type: 'ConnectionResumed', data: { nextSyncAt: resumed({ ...connection, paused: false }, at), at } }];
    case 'DisconnectConnection':
      return connection.status === 'disconnected' ? [] : [{ type: 'ConnectionDisconnected', data: { at } }];
    case 'ReconnectConnection':
      return connection.status === 'active' ? [] : [reconnected(connection, at)];
    case 'ReauthorizeConnection':
      return connection.status === 'revoked' ? [reconnected(connection, at)] : [];
    case 'RemoveConnection':
      return [{ type: 'ConnectionRemoved', data: { at } }];
    case 'EndSync':
      return endSync(command, connection);
    case 'SkipSync':
      return skipSync(command, connection);
    case 'AdvanceSync':
      return advanceSync(command, connection);
  }
}

const reconnected = (connection: ExistingConnection, at: number): ConnectionEvent => ({
  type: 'ConnectionReconnected',
  data: { nextSyncAt: resumed({ ...connection, status: 'active' }, at), at },
});

function create({ data }: CreateConnection, connection: ConnectionState): ConnectionEvent[] {
  // The id of a subscription never changes: it may be created again after it was removed.
  const isFree =
    connection.status === 'absent' || (connection.status === 'removed' && providerIdOf(data.source) !== null);
  if (!isFree) throw alreadyCreated(data, connection);
  return [{ type: 'ConnectionCreated', data: { ...data, nextSyncAt: nextSync(data.schedule, data.at, data.at) } }];
}

function alreadyCreated(
  { connectionId: id, requestHash }: CreateConnection['data'],
  known: { readonly requestHash?: string },
): TidemarkError {
  if (requestHash === undefined) return new TidemarkError('CONFLICT', 'the connection already exists');
  if (requestHash === known.requestHash)
    return new TidemarkError('DUPLICATE_REQUEST', `connection ${id} was already created with this idempotency key`, {
      id,
    });
  return new TidemarkError('IDEMPOTENCY_KEY_REUSED', 'the idempotency key was used with another request body', {
    id,
    fields: [{ field: 'Idempotency-Key', message: '`Idempotency-Key` was used with another request body' }],
  });
}

const FOR_SUBSCRIPTIONS: ReadonlySet<ConnectionCommand['type']> = new Set([
  ...(['RemoveConnection', 'ReauthorizeConnection', 'EndSync', 'SkipSync', 'AdvanceSync'] as const),
]);

/** A subscription has a name and can be removed; everything else belongs to its provider. @throws TidemarkError CONFLICT */
function assertPossibleForSubscription({ type, data }: ConnectionCommand): void {
  if (FOR_SUBSCRIPTIONS.has(type)) return;
  if (type === 'UpdateConnection' && Object.keys(data).every((field) => field === 'name' || field === 'at')) return;
  throw new TidemarkError('CONFLICT', 'a subscription has no syncs of its own: only its name can be changed');
}

/** A field that is given as it is does not change: above all, an equal source keeps its cursor. */
function update({ data }: UpdateConnection, connection: ExistingConnection): ConnectionEvent[] {
  const { at, ...given } = data;
  const changed = Object.fromEntries(
    Object.entries(given).filter(([field, value]) => value !== undefined && !isSame(field, value, connection)),
  ) as typeof given;
  if (Object.keys(changed).length === 0) return [];
  const { schedule } = changed;
  const nextSyncAt = schedule ? rescheduled({ ...connection, schedule }, at) : connection.nextSyncAt;
  const keepsCursor = changed.source !== undefined && readsOn(connection.source, changed.source);
  return [{ type: 'ConnectionUpdated', data: { ...changed, ...(keepsCursor && { keepsCursor }), nextSyncAt, at } }];
}

/** Cursors belong to a connector and its config: every object has its own, and a credential only signs in. */
const readsOn = (before: Source, after: Source): boolean =>
  before.connector === after.connector && canonicalJson(before.config) === canonicalJson(after.config);

const isSame = (field: string, value: unknown, connection: ExistingConnection) =>
  field === 'schedule'
    ? isSameSchedule(value as ExistingConnection['schedule'], connection.schedule)
    : canonicalJson(value) === canonicalJson(connection[field as keyof ExistingConnection]);

/**
 * Completed jobs carry cursors and arrive in log order: the next one starts when the end of the previous one
 * was recorded. The others carry nothing that could be lost, so of two out of order the later is enough.
 */
const isTaken = ({ state, position }: EndSync['data'], { completed, other }: ExistingConnection['ended']) =>
  position <= (state === 'completed' ? completed : other);

function endOfRemoved({ data }: EndSync, connection: ConnectionState): ConnectionEvent[] {
  if (connection.status !== 'removed' || isTaken(data, connection.ended)) return [];
  const { jobId, state, result, position, at } = data;
  return [{ type: 'SyncEnded', data: { jobId, state, result, position, nextSyncAt: null, at } }];
}

function endSync({ data }: EndSync, connection: ExistingConnection): ConnectionEvent[] {
  const { jobId, position, at } = data;
  if (isTaken(data, connection.ended)) return [];
  const due = connection.nextSyncAt;
  // By some clock the time of its own job had come, so that it is used up although it may lie ahead by another.
  const isUsed = due !== null && jobId === plannedJobId(connection.id, due);
  const nextSyncAt = due !== null && due > at && !isUsed ? due : planned(connection, due ?? at, at);
  // The cursor belongs to a source that has been replaced since.
  const { startedAt, sourceSetAt = connection.sourceSetAt } = data;
  const isLater = data.sourceSetAt !== undefined || (startedAt !== null && startedAt >= connection.sourceSetAt);
  const cursor = isLater && sourceSetAt === connection.sourceSetAt ? data.cursor : undefined;
  const isRevoked = data.error?.code === NO_ACCESS_TOKEN && connection.status === 'active';
  const ended: SyncEnded = {
    type: 'SyncEnded',
    data: {
      ...{ jobId, state: data.state, result: data.result, cursor, position, at },
      nextSyncAt: isRevoked ? null : nextSyncAt,
    },
  };
  if (isRevoked) {
    const { code, message: cause } = data.error!;
    return [ended, { type: 'ConnectionRevoked', data: { code, cause, jobId, at } }];
  }
  if (connection.sinceWhole + 1 < WHOLE_EVERY) return [ended];
  const whole = { ...evolveConnection(connection, ended), sinceWhole: 0 };
  return [{ ...ended, data: { ...ended.data, whole, wholeVersion: WHOLE_VERSION } }];
}

function skipSync({ data: { plannedAt, reason, at } }: SkipSync, connection: ExistingConnection): ConnectionEvent[] {
  if (connection.nextSyncAt !== plannedAt) return [];
  return [{ type: 'SyncSkipped', data: { plannedAt, reason, nextSyncAt: planned(connection, plannedAt, at), at } }];
}

function advanceSync({ data }: AdvanceSync, connection: ExistingConnection): ConnectionEvent[] {
  if (connection.nextSyncAt !== data.plannedAt || data.nextSyncAt >= data.plannedAt) return [];
  return [{ type: 'SyncSkipped', data: { ...data, reason: 'PLANNED_TOO_LATE' } }];
}

/** The next automatic sync; none while the connection is paused or not active. */
const planned = (connection: ExistingConnection, anchor: number, after: number) =>
  canPlan(connection) ? nextSync(connection.schedule, anchor, after) : null;

/** Counted from the last sync, so that repeated changes do not postpone the next one for ever. */
const resumed = (connection: ExistingConnection, at: number) => planned(connection, lastSyncOf(connection, at), at);

const rescheduled = (connection: ExistingConnection, at: number) =>
  canPlan(connection) ? firstSync(connection.schedule, lastSyncOf(connection, at), at) : null;

/** When the last sync ended or, for one that is planned for a time that has come, was due. */
function lastSyncOf({ lastSync, nextSyncAt, createdAt }: ExistingConnection, at: number): number {
  const due = nextSyncAt !== null && nextSyncAt <= at ? nextSyncAt : createdAt;
  return Math.min(at, Math.max(lastSync?.endedAt ?? createdAt, due));
}

const canPlan = ({ paused, status }: ExistingConnection) => !paused && status === 'active';

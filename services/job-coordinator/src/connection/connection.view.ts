import type { ConnectionView, CursorView } from '@tidemark/contracts';
import type { ExistingConnection } from './connection.js';

const iso = (time: number) => new Date(time).toISOString();

/** The connection as callers see it. */
export function describeConnection(connection: ExistingConnection): ConnectionView {
  const { id, name, status: state, paused, source, schedule, whenBusy, nextSyncAt, lastSync } = connection;
  return {
    id,
    name,
    state,
    paused,
    source,
    schedule,
    whenBusy,
    nextSyncAt: nextSyncAt === null ? null : iso(nextSyncAt),
    lastSync: lastSync && { ...lastSync, endedAt: iso(lastSync.endedAt) },
    createdAt: iso(connection.createdAt),
    updatedAt: iso(connection.updatedAt),
  };
}

export const describeCursor = ({ cursor }: ExistingConnection): CursorView => ({
  cursor: cursor?.value ?? null,
  jobId: cursor?.jobId ?? null,
  committedAt: cursor ? iso(cursor.committedAt) : null,
});

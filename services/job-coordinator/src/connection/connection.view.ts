import { pipelineOfConnector, type ConnectionView, type CursorView } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation/instant';
import type { ExistingConnection } from './connection.js';

/** The connection as callers see it. */
export function describeConnection(connection: ExistingConnection): ConnectionView {
  const { id, name, status: state, paused, source, schedule, whenBusy, nextSyncAt, lastSync } = connection;
  const { pipeline = pipelineOfConnector(source.connector).kind, destinations = [], policies = {} } = connection;
  return {
    id,
    name,
    state,
    ...(connection.stateCause !== undefined && { stateCause: connection.stateCause }),
    paused,
    pipeline,
    source,
    destinations,
    policies,
    schedule,
    whenBusy,
    nextSyncAt: nextSyncAt === null ? null : instantOf(nextSyncAt),
    lastSync: lastSync && { ...lastSync, endedAt: instantOf(lastSync.endedAt) },
    createdAt: instantOf(connection.createdAt),
    updatedAt: instantOf(connection.updatedAt),
  };
}

export const describeCursor = ({ cursor }: ExistingConnection): CursorView => ({
  cursor: cursor?.value ?? null,
  jobId: cursor?.jobId ?? null,
  committedAt: cursor ? instantOf(cursor.committedAt) : null,
});

import { TidemarkError, type ConnectionRef, type ConnectionView, type CursorView } from '@tidemark/contracts';
import { exists, type ConnectionState, type ExistingConnection } from '../connection/connection.js';
import { describeConnection, describeCursor } from '../connection/connection.view.js';
import type { Coordinator } from '../coordinator.js';

/** @throws TidemarkError NOT_FOUND */
export const getConnection = async (coordinator: Coordinator, ref: ConnectionRef): Promise<ConnectionView> =>
  describeConnection(await findConnection(coordinator, ref));

/** @throws TidemarkError NOT_FOUND */
export const getCursor = async (coordinator: Coordinator, ref: ConnectionRef): Promise<CursorView> =>
  describeCursor(await findConnection(coordinator, ref));

/** The tenant's connection; another tenant's does not exist. @throws TidemarkError NOT_FOUND */
export async function findConnection(
  { connections }: Coordinator,
  { tenant, connectionId }: ConnectionRef,
): Promise<ExistingConnection> {
  const { state } = await connections.load(connectionId);
  return ownedConnection(state, tenant);
}

export function ownedConnection(connection: ConnectionState, tenant: string): ExistingConnection {
  if (!exists(connection) || connection.tenant !== tenant) throw new TidemarkError('NOT_FOUND', 'no such connection');
  return connection;
}

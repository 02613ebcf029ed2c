import { TidemarkError, type ConnectionRef } from '@tidemark/contracts';
import { exists, type ConnectionState, type ExistingConnection } from '../connection/connection.js';
import type { Coordinator } from '../coordinator.js';

/** The tenant's connection; another tenant's does not exist. @throws TidemarkError NOT_FOUND */
export async function findConnection(
  { connections }: Coordinator,
  { tenant, connectionId }: ConnectionRef,
): Promise<ExistingConnection> {
  const { state } = await connections.load(connectionId);
  return ownedConnection(state, tenant);
}

/** @throws TidemarkError NOT_FOUND */
export function ownedConnection(connection: ConnectionState, tenant: string): ExistingConnection {
  if (!exists(connection) || connection.tenant !== tenant) throw new TidemarkError('NOT_FOUND', 'no such connection');
  return connection;
}

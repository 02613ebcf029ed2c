import type { ConnectionRef, ConnectionView } from '@tidemark/contracts';
import type { ConnectionCommand } from '../connection/connection.commands.js';
import { describeConnection } from '../connection/connection.view.js';
import type { Context, Coordinator } from '../coordinator.js';
import { findConnection, ownedConnection } from './find-connection.js';

/** Passes a command to the tenant's connection. @throws TidemarkError NOT_FOUND */
export async function handleOwned(
  coordinator: Coordinator,
  context: Context,
  ref: ConnectionRef,
  command: ConnectionCommand,
): Promise<ConnectionView> {
  await findConnection(coordinator, ref);
  const { state } = await coordinator.connections.handle(ref.connectionId, command, context);
  return describeConnection(ownedConnection(state, ref.tenant));
}

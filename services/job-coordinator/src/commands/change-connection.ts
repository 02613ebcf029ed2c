import {
  CATALOGUE,
  providerIdOf,
  type ConnectionRef,
  type ConnectionView,
  type UpdateConnection,
} from '@tidemark/contracts';
import { describeConnection } from '../connection/connection.view.js';
import type { ConnectionCommand } from '../connection/connection.commands.js';
import type { Context, Coordinator } from '../coordinator.js';
import { assertConnects, assertSchedule } from './connection-input.js';
import { findConnection, ownedConnection } from './get-connection.js';
import { assertUnsubscribed, unsubscribe } from './subscribe.js';

/** Commands that need nothing but the connection. */
export type PlainChange = 'PauseConnection' | 'ResumeConnection' | 'DisconnectConnection' | 'ReconnectConnection';

/** Pauses, resumes, disconnects or reconnects; doing it again changes nothing. @throws TidemarkError NOT_FOUND */
export const changeConnection = (coordinator: Coordinator, context: Context, ref: ConnectionRef, type: PlainChange) =>
  change(coordinator, context, ref, { type, data: { at: coordinator.time.now() } });

/** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
export async function updateConnection(
  coordinator: Coordinator,
  context: Context,
  { tenant, connectionId, ...changes }: UpdateConnection,
): Promise<ConnectionView> {
  const { pipeline } = await findConnection(coordinator, { tenant, connectionId });
  if (changes.source) assertConnects(coordinator.catalogue, { source: changes.source, pipeline });
  if (changes.schedule) assertSchedule(changes.schedule);
  const data = { ...changes, at: coordinator.time.now() };
  return change(coordinator, context, { tenant, connectionId }, { type: 'UpdateConnection', data });
}

/**
 * The connection is gone; jobs that run end by themselves, those that wait fail when their turn comes.
 * @throws TidemarkError NOT_FOUND · CONFLICT for a provider while anybody subscribes to it
 */
export async function removeConnection(
  coordinator: Coordinator,
  context: Context,
  ref: ConnectionRef,
): Promise<object> {
  const { id, source } = await findConnection(coordinator, ref);
  if (ref.tenant === CATALOGUE) await assertUnsubscribed(coordinator, id);
  const providerId = providerIdOf(source);
  if (providerId !== null) await unsubscribe(coordinator, context, providerId, id);
  const command = { type: 'RemoveConnection', data: { at: coordinator.time.now() } } as const;
  await coordinator.connections.handle(ref.connectionId, command, context);
  return {};
}

async function change(
  coordinator: Coordinator,
  context: Context,
  ref: ConnectionRef,
  command: ConnectionCommand,
): Promise<ConnectionView> {
  await findConnection(coordinator, ref);
  const { state } = await coordinator.connections.handle(ref.connectionId, command, context);
  return describeConnection(ownedConnection(state, ref.tenant));
}

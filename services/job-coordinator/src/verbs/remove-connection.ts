import { CATALOGUE, providerIdOf, type ConnectionRef } from '@tidemark/contracts';
import { findConnection } from '../actions/find-connection.js';
import { assertNoSubscribers, removeSubscriber } from '../actions/subscribers.js';
import type { Context, Coordinator } from '../coordinator.js';

/**
 * Removes the connection. A running job is not interrupted; waiting ones are cancelled at once.
 * @throws TidemarkError NOT_FOUND · CONFLICT for a provider that still has subscribers
 */
export async function removeConnection(
  coordinator: Coordinator,
  context: Context,
  ref: ConnectionRef,
): Promise<object> {
  const { id, source } = await findConnection(coordinator, ref);
  if (ref.tenant === CATALOGUE) await assertNoSubscribers(coordinator, id);
  const providerId = providerIdOf(source);
  if (providerId !== null) await removeSubscriber(coordinator, context, providerId, id);
  const command = { type: 'RemoveConnection', data: { at: coordinator.time.now() } } as const;
  await coordinator.connections.handle(ref.connectionId, command, context);
  return {};
}

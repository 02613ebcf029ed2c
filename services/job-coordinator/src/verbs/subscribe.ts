import {
  CATALOGUE,
  providerIdOf,
  subscriptionKey,
  subscriptionTo,
  TidemarkError,
  type ConnectionView,
  type Subscribe,
} from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation';
import { findConnection } from '../actions/find-connection.js';
import { addSubscriber } from '../actions/subscribers.js';
import { exists } from '../connection/connection.js';
import { describeConnection } from '../connection/connection.view.js';
import type { Context, Coordinator } from '../coordinator.js';

/**
 * Subscribes the tenant to a provider. The subscription is a connection of the tenant without syncs of its own; its id
 * derives from tenant and provider, so that repeated calls return the same one. The subscriber is added to the
 * provider's list first, and added again by a repeated call: after a crash here, or in the middle of a removal, no
 * subscription is left without notifications.
 * @throws TidemarkError NOT_FOUND when there is no such provider
 */
export async function subscribe(
  coordinator: Coordinator,
  context: Context,
  { tenant, providerId, name }: Subscribe,
): Promise<ConnectionView> {
  const { connections, time } = coordinator;
  const { state: provider } = await connections.load(providerId);
  if (!exists(provider) || provider.tenant !== CATALOGUE || providerIdOf(provider.source) !== null)
    throw new TidemarkError('NOT_FOUND', 'no such provider');
  const connectionId = uuidv5(...subscriptionKey(tenant, providerId));
  const at = time.now();
  await addSubscriber(coordinator, context, providerId, { tenant, connectionId, at });
  const { state: known } = await connections.load(connectionId);
  if (exists(known)) return describeConnection(known);
  const source = subscriptionTo(providerId);
  const data = { connectionId, tenant, name: name ?? provider.name, source, schedule, whenBusy: 'queue', at } as const;
  await connections.handle(connectionId, { type: 'CreateConnection', data }, context).catch((error: unknown) => {
    // Another request of the tenant was faster.
    if (!(error instanceof TidemarkError) || error.code !== 'CONFLICT') throw error;
  });
  return describeConnection(await findConnection(coordinator, { tenant, connectionId }));
}

const schedule = { every: 'manual' } as const;

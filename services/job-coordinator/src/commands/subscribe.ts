import {
  CATALOGUE,
  providerIdOf,
  subscriberStream,
  subscribersAfter,
  subscriptionKey,
  subscriptionTo,
  TidemarkError,
  type ConnectionView,
  type Subscribe,
  type SubscriberEvent,
} from '@tidemark/contracts';
import { storedEvents } from '@tidemark/event-store';
import { uuidv5, uuidv7 } from '@tidemark/foundation';
import { exists } from '../connection/connection.js';
import { describeConnection } from '../connection/connection.view.js';
import type { Context, Coordinator } from '../coordinator.js';
import { findConnection } from './get-connection.js';

/**
 * Subscribes the tenant to a provider. The subscription is a connection of the tenant without syncs of its own; its id
 * derives from tenant and provider, so that there is one however often it is asked for. Whoever is to be told stands in
 * the provider's list first, and is put there again when asked again: a crash here, or in the middle of a removal, leaves
 * nobody who waits in vain.
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
  await tell(coordinator, context, providerId, { type: 'SubscriberAdded', data: { tenant, connectionId, at } });
  const { state: known } = await connections.load(connectionId);
  if (exists(known)) return describeConnection(known);
  const source = subscriptionTo(providerId);
  const data = { connectionId, tenant, name: name ?? provider.name, source, schedule, whenBusy: 'queue', at } as const;
  await connections.handle(connectionId, { type: 'CreateConnection', data }, context).catch((error: unknown) => {
    // Somebody else of the tenant was faster.
    if (!(error instanceof TidemarkError) || error.code !== 'CONFLICT') throw error;
  });
  return describeConnection(await findConnection(coordinator, { tenant, connectionId }));
}

const schedule = { every: 'manual' } as const;

/** Takes a subscription out of its provider's list. */
export const unsubscribe = (coordinator: Coordinator, context: Context, providerId: string, connectionId: string) =>
  tell(coordinator, context, providerId, {
    type: 'SubscriberRemoved',
    data: { connectionId, at: coordinator.time.now() },
  });

/** @throws TidemarkError CONFLICT while anybody subscribes to the provider */
export async function assertUnsubscribed({ eventStore }: Coordinator, providerId: string): Promise<void> {
  const { length } = await subscribersAfter(storedEvents(eventStore, subscriberStream.of(providerId)));
  if (length > 0) throw new TidemarkError('CONFLICT', `the provider still has subscribers: ${length}`);
}

const tell = ({ eventStore }: Coordinator, context: Context, providerId: string, event: SubscriberEvent) =>
  eventStore.append(subscriberStream.of(providerId), [{ id: uuidv7(), ...event, metadata: context }], 'any');

import { subscribersAfter, subscriberStream, TidemarkError, type SubscriberEvent } from '@tidemark/contracts';
import { storedEvents } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import type { Context, Coordinator } from '../coordinator.js';

/** Adds a subscription to its provider's list. */
export const addSubscriber = (
  coordinator: Coordinator,
  context: Context,
  providerId: string,
  data: (SubscriberEvent & { type: 'SubscriberAdded' })['data'],
) => append(coordinator, context, providerId, { type: 'SubscriberAdded', data });

/** Removes a subscription from its provider's list. */
export const removeSubscriber = (
  coordinator: Coordinator,
  context: Context,
  providerId: string,
  connectionId: string,
) =>
  append(coordinator, context, providerId, {
    type: 'SubscriberRemoved',
    data: { connectionId, at: coordinator.time.now() },
  });

/** @throws TidemarkError CONFLICT while the provider has subscribers */
export async function assertNoSubscribers({ eventStore }: Coordinator, providerId: string): Promise<void> {
  const { length } = await subscribersAfter(storedEvents(eventStore, subscriberStream.of(providerId)));
  if (length > 0)
    throw new TidemarkError(
      'CONFLICT',
      `the provider still has ${length} ${length === 1 ? 'subscriber' : 'subscribers'}`,
    );
}

const append = ({ eventStore }: Coordinator, context: Context, providerId: string, event: SubscriberEvent) =>
  eventStore.append(subscriberStream.of(providerId), [{ id: uuidv7(), ...event, metadata: context }], 'any');

import { subscribersStream, type SubscriberEvent } from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import { storedEvents } from './stored-events.js';

export interface Subscriber {
  readonly tenant: string;
  /** The tenant's subscription. */
  readonly connectionId: string;
}

/** Who subscribes to a provider now, in the order in which they came. */
export async function subscribersOf(eventStore: EventStore, providerId: string): Promise<Subscriber[]> {
  const subscribers = new Map<string, Subscriber>();
  for await (const { type, data } of storedEvents(eventStore, subscribersStream(providerId))) {
    const event = { type, data } as SubscriberEvent;
    const { connectionId } = event.data;
    if (event.type === 'SubscriberRemoved') subscribers.delete(connectionId);
    else if (!subscribers.has(connectionId)) subscribers.set(connectionId, { tenant: event.data.tenant, connectionId });
  }
  return [...subscribers.values()];
}

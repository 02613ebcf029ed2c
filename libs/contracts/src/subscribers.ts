import type { StoredEvent } from './stream.js';
import { subscriberStream } from './streams.js';

export interface Subscriber {
  readonly tenant: string;
  /** The tenant's subscription. */
  readonly connectionId: string;
}

/** The subscribers after these events of a `subscribers-` stream, in the order in which they subscribed. */
export async function subscribersAfter(events: AsyncIterable<StoredEvent>): Promise<Subscriber[]> {
  const subscribers = new Map<string, Subscriber>();
  for await (const stored of events) {
    const event = subscriberStream.read(stored);
    if (!event) continue;
    const { connectionId } = event.data;
    if (event.type === 'SubscriberRemoved') subscribers.delete(connectionId);
    else if (!subscribers.has(connectionId)) subscribers.set(connectionId, { tenant: event.data.tenant, connectionId });
  }
  return [...subscribers.values()];
}

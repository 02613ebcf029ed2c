import type { Fact } from './fact.js';

/** A tenant subscribed to a provider; again means nothing new. */
export type SubscriberAdded = Fact<
  'SubscriberAdded',
  {
    readonly tenant: string;
    /** The tenant's subscription. */
    readonly connectionId: string;
  }
>;

export type SubscriberRemoved = Fact<'SubscriberRemoved', { readonly connectionId: string }>;

/** The events of a `subscribers-<provider>` stream: who is told when the provider changes. */
export type SubscriberEvent = SubscriberAdded | SubscriberRemoved;

/** Stream of a provider's subscribers. */
export const subscribersStream = (providerId: string) => `subscribers-${providerId}`;

export interface Subscriber {
  readonly tenant: string;
  /** The tenant's subscription. */
  readonly connectionId: string;
}

/** Who subscribes after these events, in the order in which they came. */
export async function subscribersAfter(
  events: AsyncIterable<{ readonly type: string; readonly data: unknown }>,
): Promise<Subscriber[]> {
  const subscribers = new Map<string, Subscriber>();
  for await (const { type, data } of events) {
    const event = { type, data } as SubscriberEvent;
    const { connectionId } = event.data;
    if (event.type === 'SubscriberRemoved') subscribers.delete(connectionId);
    else if (!subscribers.has(connectionId)) subscribers.set(connectionId, { tenant: event.data.tenant, connectionId });
  }
  return [...subscribers.values()];
}

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

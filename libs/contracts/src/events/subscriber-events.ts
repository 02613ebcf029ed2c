import type { Fact } from './fact.js';

/** A tenant subscribed to a provider; a repetition changes nothing. */
export type SubscriberAdded = Fact<
  'SubscriberAdded',
  {
    readonly tenant: string;
    /** The tenant's subscription. */
    readonly connectionId: string;
  }
>;

export type SubscriberRemoved = Fact<'SubscriberRemoved', { readonly connectionId: string }>;

/** The events of a `subscribers-<provider>` stream: who is notified when the provider changes. */
export type SubscriberEvent = SubscriberAdded | SubscriberRemoved;

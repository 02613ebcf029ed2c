import type { Source } from './shapes/connection.js';

/** The tenant whose connections are the providers: dependencies that are fetched once for all their subscribers. */
export const CATALOGUE = 'catalogue';

/** The source of a subscription: the provider's snapshots and changes, read-only. */
export const subscriptionTo = (providerId: string): Source => ({ connector: 'provider', config: { providerId } });

/** The name that the id of a tenant's subscription to a provider derives from (UUID v5): there is one at most. */
export const subscriptionKey = (tenant: string, providerId: string) => ['subscription', tenant, providerId] as const;

/** The provider that a connection with this source subscribes to; null when it reads a source of its own. */
export const providerIdOf = ({ connector, config }: Source): string | null =>
  connector === 'provider' ? String(config['providerId']) : null;

import type { EventStore } from '@tidemark/event-store';
import { scopes } from '../../api-key/scope.js';
import { KeyStore, type KeyRequest } from './key-store.js';

const everything: KeyRequest = { tenant: 'default', name: 'default', scopes };

/**
 * Makes sure that the given key works: by default for the tenant `default`, with every scope.
 * @throws TidemarkError CONFLICT when it was revoked · Unavailable · OutcomeUnknown
 */
export async function ensureKey(eventStore: EventStore, key: string, request: Partial<KeyRequest> = {}): Promise<void> {
  await new KeyStore(eventStore).ensure(key, { ...everything, ...request });
}

/**
 * Creates the installation's first key and returns it, this once; null when a key exists already. Of several
 * processes that start together, one gets it.
 */
export function createFirstKey(eventStore: EventStore, request: Partial<KeyRequest> = {}): Promise<string | null> {
  return new KeyStore(eventStore).createFirst({ ...everything, ...request });
}

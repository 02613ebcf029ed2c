import type { Secret } from '@tidemark/config';
import type { EventStore } from '@tidemark/event-store';
import type { Logger } from '@tidemark/platform';
import { scopes } from '../../api-key/scope.js';
import { isUnavailable, toTidemarkError } from '../errors/to-error.js';
import { KeyStore, type KeyRequest } from './key-store.js';

const AGAIN_MS = 2000;

const everything: KeyRequest = { tenant: 'default', name: 'default', scopes };

/**
 * Sees to it that this very key works: by default for the tenant `default`, with every scope.
 * @throws TidemarkError CONFLICT when it was revoked · Unavailable · OutcomeUnknown
 */
export async function ensureKey(eventStore: EventStore, key: string, request: Partial<KeyRequest> = {}): Promise<void> {
  await new KeyStore(eventStore).ensure(key, { ...everything, ...request });
}

/**
 * Creates the installation's first key when there is none, and tells it, this once; null when there is one. Of several
 * processes that start together one gets it.
 */
export function createFirstKey(eventStore: EventStore, request: Partial<KeyRequest> = {}): Promise<string | null> {
  return new KeyStore(eventStore).createFirst({ ...everything, ...request });
}

/** Ensures the key of the settings, and goes on trying while the event store is down; the answer ends that. */
export async function ensureKeyEventually(eventStore: EventStore, key: Secret, logger: Logger): Promise<() => void> {
  let timer: NodeJS.Timeout | undefined;
  const attempt = async () => {
    try {
      await ensureKey(eventStore, key.reveal(), { name: 'TIDEMARK_API_KEY' });
    } catch (thrown) {
      const error = toTidemarkError(thrown);
      if (error.code === 'CONFLICT')
        throw new Error('TIDEMARK_API_KEY names a key that was revoked: choose another one');
      if (!isUnavailable(error)) throw thrown;
      logger.warn(`the key of TIDEMARK_API_KEY could not be checked yet: ${error.message}`);
      timer = setTimeout(() => void attempt().catch((late: Error) => logger.error(late)), AGAIN_MS);
    }
  };
  await attempt();
  return () => clearTimeout(timer);
}

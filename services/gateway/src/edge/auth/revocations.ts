import type { EventStore } from '@tidemark/event-store';
import { daemonOf, type Daemon } from '@tidemark/foundation';
import { apiKeyStream } from '../../api-key/api-key.events.js';
import type { Authenticator } from './authenticator.js';

/** Follows the log, so that a key that was revoked anywhere ends here as well. */
export const revocations = (
  eventStore: EventStore,
  authenticator: Authenticator,
  onError: (error: Error) => void,
): Daemon =>
  daemonOf(async () =>
    eventStore.subscribe({ categories: [apiKeyStream.category], after: 'end', onError }, (events) => {
      for (const stored of events) {
        const event = apiKeyStream.read(stored);
        if (event?.type === 'ApiKeyRevoked') authenticator.end(apiKeyStream.idOf(stored.stream), event.data.keyId);
      }
    }),
  );

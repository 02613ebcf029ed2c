import { BoundedCache, messageOf } from '@tidemark/foundation';
import { Retryable, Terminal, type Delivery } from '@tidemark/messaging';

/** Codes of errors that end when a store or a service is back, or that a repetition resolves. */
const PASSING: ReadonlySet<unknown> = new Set([
  ...[
    'CONFLICT',
    'OUTCOME_UNKNOWN',
    'EVENT_STORE_UNAVAILABLE',
    'READ_MODEL_UNAVAILABLE',
    'BLOB_STORE_UNAVAILABLE',
    'RECORD_STORE_UNAVAILABLE',
    'VAULT_UNAVAILABLE',
  ],
  ...['BROKER_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'NO_RESPONDER', 'DEADLINE_EXCEEDED'],
]);
const AGAIN_MS = 1_000;
const MAX_FAILURES = 5;

/**
 * A handler whose message becomes a dead letter when it has failed five times in this process. An outage is no failure of
 * the message, however long it lasts.
 */
export function settingAside<D extends Delivery>(handler: (delivery: D) => Promise<void>) {
  const failed = new BoundedCache<{ times: number }>(10_000);
  return async (delivery: D): Promise<void> => {
    try {
      await handler(delivery);
    } catch (error) {
      if (error instanceof Terminal || error instanceof Retryable) throw error;
      const cause = { cause: error };
      if (PASSING.has((error as { readonly code?: unknown } | null)?.code))
        throw new Retryable(messageOf(error), AGAIN_MS, cause);
      const times = (failed.get(delivery.id)?.times ?? 0) + 1;
      failed.set(delivery.id, { times });
      if (times >= MAX_FAILURES) throw new Terminal(`failed ${times} times: ${messageOf(error)}`, cause);
      throw error;
    }
  };
}

import type { EventStore, RecordedEvent } from '@tidemark/event-store';

/** Every stored event of the categories, in the log's order. */
export async function readLog(eventStore: EventStore, categories?: readonly string[]): Promise<RecordedEvent[]> {
  const log: RecordedEvent[] = [];
  const caughtUp = Promise.withResolvers<void>();
  const subscription = eventStore.subscribe(
    { categories, after: -1, onCaughtUp: caughtUp.resolve, onError: caughtUp.reject },
    (events) => void log.push(...events),
  );
  await caughtUp.promise;
  await subscription.stop();
  return log;
}

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

/** A connection notes where in the log the ends of its jobs are: elsewhere in another log. */
export function withPositions(
  { type, data }: { readonly type: string; readonly data: unknown },
  positions: ReadonlyMap<number, number>,
): unknown {
  if (type !== 'SyncEnded') return data;
  const at = (position: number) => positions.get(position) ?? position;
  const { position, whole, ...rest } = data as { position: number; whole?: { ended: Record<string, number> } };
  const ended = whole && Object.fromEntries(Object.entries(whole.ended).map(([how, one]) => [how, at(one)]));
  return { ...rest, position: at(position), ...(whole && { whole: { ...whole, ended } }) };
}

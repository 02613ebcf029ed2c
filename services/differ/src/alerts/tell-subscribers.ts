import {
  alertStream,
  subscribersAfter,
  subscriberStream,
  tally,
  type BySeverity,
  type ChangesDetected,
  type FoundChange,
  type IgnoreListDocument,
  type Subscriber,
} from '@tidemark/contracts';
import { Conflict, storedEvents, type EventMetadata, type EventStore, type NewEvent } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation';
import { ignoredBy } from '@tidemark/openapi-diff';
import type { View } from '@tidemark/read-model';

/** Events in one append: about 200 kB. */
const BATCH = 500;

export interface ProviderChanges {
  readonly providerId: string;
  readonly jobId: string;
  readonly snapshotId: string;
  readonly previousSnapshotId: string;
  readonly changes: readonly FoundChange[];
  /** When they were found, milliseconds since the epoch. */
  readonly at: number;
}

export interface TellingDeps {
  readonly eventStore: EventStore;
  readonly ignoreLists: View<IgnoreListDocument>;
  readonly signal: AbortSignal;
}

/**
 * Records one ChangesDetected for each subscriber of a provider in the stream `alerts-<snapshot id>`, as their own
 * ignore lists leave it; who subscribes while others are being told is told as well. Who stands in the stream was
 * told: after a crash, and beside another differ, only those follow who are missing, since every batch stands on the
 * revision that was looked at.
 * @returns how many subscribers were told, now or before
 */
export async function tellSubscribers(
  { eventStore, ignoreLists, signal }: TellingDeps,
  news: ProviderChanges,
  origin: Pick<EventMetadata, 'correlationId' | 'traceparent'>,
): Promise<number> {
  const stream = alertStream.of(news.snapshotId);
  const all = tally(news.changes);
  let { told, revision } = await alreadyTold(eventStore, stream);
  for (;;) {
    // Looked for until nobody is left: to tell thousands takes a while, and others subscribe in the meantime.
    const subscribers = await subscribersAfter(storedEvents(eventStore, subscriberStream.of(news.providerId)));
    const missing = subscribers.filter(({ connectionId }) => !told.has(connectionId));
    if (missing.length === 0) return told.size;
    try {
      for (let from = 0; from < missing.length; from += BATCH) {
        signal.throwIfAborted();
        const batch = missing.slice(from, from + BATCH);
        const lists = await listsOf(ignoreLists, batch);
        const events = batch.map((one) =>
          alert(news, one, unexpected(news, lists.get(one.connectionId)) ?? all, origin),
        );
        ({ revision } = await eventStore.append(stream, events, revision === -1 ? 'no_stream' : revision));
        for (const { connectionId } of batch) told.add(connectionId);
      }
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      ({ told, revision } = await alreadyTold(eventStore, stream));
    }
  }
}

async function alreadyTold(eventStore: EventStore, stream: string) {
  const told = new Set<string>();
  let revision = -1;
  for await (const stored of storedEvents(eventStore, stream)) {
    const alert = alertStream.read(stored);
    if (alert) told.add(alert.data.connectionId);
    revision = stored.revision;
  }
  return { told, revision };
}

/** The ignore lists of those who have one. */
async function listsOf(view: View<IgnoreListDocument>, subscribers: readonly Subscriber[]) {
  const ids = subscribers.map(({ connectionId }) => connectionId);
  const { data } = await view.query({ where: { id: { in: ids } }, perPage: BATCH });
  return new Map(data.map((list) => [list.id, list]));
}

function unexpected({ changes, at }: ProviderChanges, list: IgnoreListDocument | undefined): BySeverity | undefined {
  if (!list) return undefined;
  const ignored = ignoredBy(list.rules, new Date(at));
  return tally(changes.filter((change) => !ignored(change)));
}

function alert(
  { jobId, snapshotId, previousSnapshotId, at }: ProviderChanges,
  { tenant, connectionId }: Subscriber,
  bySeverity: BySeverity,
  origin: Pick<EventMetadata, 'correlationId' | 'traceparent'>,
): NewEvent {
  const data = { tenant, connectionId, jobId, snapshotId, previousSnapshotId, bySeverity, at };
  return {
    id: uuidv5('alert', snapshotId, connectionId),
    type: 'ChangesDetected',
    data: data satisfies ChangesDetected['data'],
    metadata: { tenant, actor: 'differ', ...origin },
  };
}

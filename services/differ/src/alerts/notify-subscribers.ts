import {
  alertStream,
  CATALOGUE,
  subscribersAfter,
  subscriberStream,
  type BySeverity,
  type ChangesDetected,
  type IgnoreListDocument,
  type Subscriber,
} from '@tidemark/contracts';
import { Conflict, storedEvents, type EventMetadata, type EventStore, type NewEvent } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation';
import { countLeft } from '@tidemark/openapi-diff/threads';
import type { View } from '@tidemark/read-model';

/** Events in one append: about 200 kB. */
const BATCH = 500;

export interface ProviderChanges {
  readonly providerId: string;
  readonly jobId: string;
  readonly snapshotId: string;
  readonly previousSnapshotId: string;
  /** As JSON: FoundChange[]. */
  readonly changes: Uint8Array;
  readonly bySeverity: BySeverity;
  /** When they were found, milliseconds since the epoch. */
  readonly at: number;
}

export interface NotifyDeps {
  readonly eventStore: EventStore;
  readonly ignoreLists: View<IgnoreListDocument>;
  readonly signal: AbortSignal;
}

/**
 * Records one ChangesDetected per subscriber of a provider in the stream `alerts-<snapshot id>`, filtered by their
 * ignore lists. Tenants that subscribe in the meantime are included. Subscribers in the stream have been notified
 * already: after a crash, or beside another differ, only missing ones are appended, since every batch expects the
 * revision that was read.
 * @returns the number of subscribers notified, now or earlier
 */
export async function notifySubscribers(
  { eventStore, ignoreLists, signal }: NotifyDeps,
  changes: ProviderChanges,
  origin: Pick<EventMetadata, 'correlationId' | 'traceparent'>,
): Promise<number> {
  const stream = alertStream.of(changes.snapshotId);
  let { notified, revision } = await alreadyNotified(eventStore, stream);
  for (;;) {
    // Repeated until none is missing: thousands of subscribers take a while, and others subscribe in the meantime.
    const subscribers = await subscribersAfter(storedEvents(eventStore, subscriberStream.of(changes.providerId)));
    const missing = subscribers.filter(({ connectionId }) => !notified.has(connectionId));
    if (missing.length === 0) return notified.size;
    try {
      for (let from = 0; from < missing.length; from += BATCH) {
        signal.throwIfAborted();
        const batch = missing.slice(from, from + BATCH);
        const unexpected = await unexpectedOf(changes, await listsOf(ignoreLists, batch), signal);
        const events = batch.map((one) =>
          alert(changes, one, unexpected.get(one.connectionId) ?? changes.bySeverity, origin),
        );
        ({ revision } = await eventStore.append(stream, events, revision === -1 ? 'no_stream' : revision));
        for (const { connectionId } of batch) notified.add(connectionId);
      }
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      ({ notified, revision } = await alreadyNotified(eventStore, stream));
    }
  }
}

async function alreadyNotified(eventStore: EventStore, stream: string) {
  const notified = new Set<string>();
  let revision = -1;
  for await (const stored of storedEvents(eventStore, stream)) {
    const alert = alertStream.read(stored);
    if (alert) notified.add(alert.data.connectionId);
    revision = stored.revision;
  }
  return { notified, revision };
}

/** The ignore lists of the subscribers that have one. */
async function listsOf(view: View<IgnoreListDocument>, subscribers: readonly Subscriber[]) {
  const ids = subscribers.map(({ connectionId }) => connectionId);
  const { data } = await view.query({ where: { id: { in: ids } }, perPage: BATCH });
  return data;
}

/** What each ignore list leaves, by subscriber. */
async function unexpectedOf(
  { changes, at }: ProviderChanges,
  lists: readonly IgnoreListDocument[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, BySeverity>> {
  if (lists.length === 0) return new Map();
  const rules = lists.map((list) => list.rules);
  const left = await countLeft(changes, rules, new Date(at), { tenant: CATALOGUE, signal });
  return new Map(lists.map(({ id }, index) => [id, left[index]!]));
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

import { Conflict, storedEvents, type EventMetadata, type EventStore } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation';
import { changeSetStream, type ChangesRecorded, type RecordedChange } from './change-set.events.js';

/** Bytes of changes in one event, as JSON: well under the event store's limit. */
export const BATCH_BYTES = 256 * 1024;

/**
 * Records the changes between two snapshots in the stream `changes-<snapshot id>`: an event for each batch, which is
 * JSON, RecordedChange[]. Ids derive from the input, so that a repeated or resumed call adds only missing batches.
 */
export async function recordChanges(
  eventStore: EventStore,
  { batches, ...about }: Omit<ChangesRecorded['data'], 'changes'> & { readonly batches: readonly Uint8Array[] },
  origin: Pick<EventMetadata, 'correlationId' | 'traceparent'> = {},
): Promise<void> {
  const { snapshotId, tenant } = about;
  const metadata = { tenant, actor: 'differ', ...origin };
  let missing = batches.map((batch, index) => ({ id: uuidv5('changes', snapshotId, index), batch }));
  const eventOf = ({ id, batch }: (typeof missing)[number]) => {
    const changes = JSON.parse(Buffer.from(batch).toString()) as RecordedChange[];
    return { id, type: 'ChangesRecorded', data: { ...about, changes } satisfies ChangesRecorded['data'], metadata };
  };
  const stream = changeSetStream.of(snapshotId);
  let revision = -1;
  for (;;) {
    try {
      for (const one of missing)
        ({ revision } = await eventStore.append(stream, [eventOf(one)], revision === -1 ? 'no_stream' : revision));
      return;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
    const recorded = new Set<string>();
    for await (const event of storedEvents(eventStore, stream)) {
      recorded.add(event.id);
      revision = event.revision;
    }
    missing = missing.filter(({ id }) => !recorded.has(id));
  }
}

import { Conflict, storedEvents, type EventMetadata, type EventStore } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation';
import { changeSetStream, type ChangesRecorded, type RecordedChange } from './change-set.events.js';

/** Bytes of changes in one event, as JSON: well under the event store's limit. */
const BATCH_BYTES = 256 * 1024;

/**
 * Records the changes between two snapshots in the stream `changes-<snapshot id>`. Ids derive from the input, so that a
 * repeated or resumed call adds only missing batches.
 */
export async function recordChanges(
  eventStore: EventStore,
  { changes, ...about }: ChangesRecorded['data'],
  origin: Pick<EventMetadata, 'correlationId' | 'traceparent'> = {},
): Promise<void> {
  const { snapshotId, tenant } = about;
  const metadata = { tenant, actor: 'differ', ...origin };
  let missing = batchesOf(changes).map((batch, index) => ({
    id: uuidv5('changes', snapshotId, index),
    type: 'ChangesRecorded',
    data: { ...about, changes: batch } satisfies ChangesRecorded['data'],
    metadata,
  }));
  const stream = changeSetStream.of(snapshotId);
  let revision = -1;
  for (;;) {
    try {
      for (const event of missing)
        ({ revision } = await eventStore.append(stream, [event], revision === -1 ? 'no_stream' : revision));
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

function batchesOf(changes: readonly RecordedChange[]): RecordedChange[][] {
  const batches: RecordedChange[][] = [];
  let room = 0;
  for (const change of changes) {
    const bytes = Buffer.byteLength(JSON.stringify(change));
    if (bytes > room || batches.length === 0) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    batches.at(-1)!.push(change);
    room -= bytes;
  }
  return batches;
}

import { type EventMetadata, type EventStore } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation';
import type { ChangesRecorded, RecordedChange } from './change-set.events.js';

/** Bytes of changes in one event, as JSON: well under the event store's limit. */
const BATCH_BYTES = 256 * 1024;

/**
 * Records the changes between two snapshots in the stream `changes-<snapshot id>`. Ids and revisions derive from the
 * input, so that a repeated or resumed call adds only what is missing.
 */
export async function recordChanges(
  eventStore: EventStore,
  { changes, ...about }: ChangesRecorded['data'],
  origin: Pick<EventMetadata, 'correlationId' | 'traceparent'> = {},
): Promise<void> {
  const { snapshotId, tenant } = about;
  for (const [index, batch] of batchesOf(changes).entries()) {
    const event = {
      id: uuidv5('changes', snapshotId, index),
      type: 'ChangesRecorded',
      data: { ...about, changes: batch } satisfies ChangesRecorded['data'],
      metadata: { tenant, actor: 'differ', ...origin },
    };
    await eventStore.append(`changes-${snapshotId}`, [event], index === 0 ? 'no_stream' : index - 1);
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

import { expect } from '@jest/globals';
import type { PortUrls } from '@tidemark/config';
import type { EventStore } from '@tidemark/event-store';
import type { OutgoingMessage } from '@tidemark/messaging';
import { allPorts, openAdapters } from '@tidemark/platform';
import { eventually } from '@tidemark/test-kit';
import { readLog, withPositions } from '../../proof/testing/log.js';
import { expectAnswers, expectDocuments } from './expectations.js';
import { recordedBlobs, recordedEvents, recordedMessages } from './recorded.js';
import { startStandingStill } from './standing-still.js';

/** Appends the recorded streams to empty stores: the current services fold them to the same state as those that wrote them. */
export async function expectStreamsToBeUnderstood(urls: PortUrls, namespace: string): Promise<void> {
  const opened = await openAdapters(allPorts, { urls, namespace });
  await appendAll(opened.eventStore);
  for (const blob of recordedBlobs()) await opened.blobs.put(blob);
  await opened.close();

  const on = await startStandingStill(urls, namespace);
  try {
    await expectDocuments(on.adapters.readModel, { storedAnew: true });
    await expectAnswers(on.url, { storedAnew: true });
    await expectMessages(on.relayed);
    const log = await readLog(on.adapters.eventStore);
    const own = log.filter(({ stream }) => stream !== 'installation');
    expect(own.map(({ id }) => id)).toEqual(recordedEvents().map(({ id }) => id));
    expect(on.errors).toEqual([]);
  } finally {
    await on.stop();
  }
}

/** In the order of the log, so that every stream and every category reads as it did. */
async function appendAll(eventStore: EventStore): Promise<void> {
  const positions = new Map<number, number>();
  for (const event of recordedEvents()) {
    const { stream, revision, id, type, metadata } = event;
    const moved = { id, type, data: withPositions(event, positions), metadata };
    const { position } = await eventStore.append(stream, [moved], revision === 0 ? 'no_stream' : revision - 1);
    positions.set(event.position, position);
  }
}

/** The relays publish the same messages for the events as they did then. */
async function expectMessages(relayed: ReadonlyMap<string, OutgoingMessage>): Promise<void> {
  const recorded = recordedMessages().filter(({ kind }) => kind === 'relayed');
  await eventually(() => relayed.size >= recorded.length, 'the relays');
  for (const { id, subject, data, headers } of recorded) {
    // Time and position of an event are set by the store.
    const { position: _, whole: __, ...lasting } = data as { position?: number; whole?: object };
    const { 'ce-time': ___, ...lastingHeaders } = headers!;
    expect(relayed.get(id!)).toMatchObject({ id, subject, data: lasting, headers: lastingHeaders });
  }
  // Pushes were unknown then; today a connection that is resumed takes those that wait.
  const known = [...relayed.values()].filter(({ subject }) => !subject.endsWith('.pushed'));
  expect(known).toHaveLength(recorded.length);
}

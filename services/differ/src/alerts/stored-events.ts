import { StreamNotFound, type EventStore, type RecordedEvent } from '@tidemark/event-store';

/** The events of a stream; none when it does not exist yet. */
export async function* storedEvents(eventStore: EventStore, stream: string): AsyncGenerator<RecordedEvent> {
  try {
    yield* eventStore.read(stream);
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
}

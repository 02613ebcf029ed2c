import { StreamDeleted, StreamNotFound } from './errors.js';
import type { EventStore, ReadOptions, RecordedEvent } from './port.js';

/** The events of a stream; none when it does not exist yet, or no longer. @throws Unavailable */
export async function* storedEvents(
  eventStore: Pick<EventStore, 'read'>,
  stream: string,
  options?: ReadOptions,
): AsyncGenerator<RecordedEvent> {
  try {
    yield* eventStore.read(stream, options);
  } catch (error) {
    if (!(error instanceof StreamNotFound) && !(error instanceof StreamDeleted)) throw error;
  }
}

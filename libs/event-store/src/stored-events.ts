import { StreamNotFound } from './errors.js';
import type { EventStore, ReadOptions, RecordedEvent } from './port.js';

/** The events of a stream; none when it does not exist yet. @throws as `read`, but for StreamNotFound */
export async function* storedEvents(
  eventStore: Pick<EventStore, 'read'>,
  stream: string,
  options?: ReadOptions,
): AsyncGenerator<RecordedEvent> {
  try {
    yield* eventStore.read(stream, options);
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
}

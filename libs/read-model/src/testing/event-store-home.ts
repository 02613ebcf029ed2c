import { SqliteEventStore, type EventStore } from '@tidemark/event-store';
import { temporaryFolder } from '@tidemark/test-kit';

/** An empty event store, and how to delete it. */
export interface EventStoreHome {
  readonly eventStore: EventStore;
  remove(): Promise<void>;
}

/** One in a file. */
export async function embeddedEventStore(): Promise<EventStoreHome> {
  const folder = await temporaryFolder();
  const eventStore = new SqliteEventStore(folder.join('events.db'));
  const remove = async (): Promise<void> => {
    await eventStore.close();
    await folder.remove();
  };
  return { eventStore, remove };
}

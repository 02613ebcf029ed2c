import { createBlobStore, type BlobStore } from '@tidemark/blob-store';
import type { PortUrls } from '@tidemark/config';
import { createEventStore, SqliteEventStore, type EventStore } from '@tidemark/event-store';
import { createBroker, type Broker } from '@tidemark/messaging';
import { createReadModel, type ReadModel } from '@tidemark/read-model';

/** The four ports, opened. */
export interface Adapters {
  readonly eventStore: EventStore;
  readonly broker: Broker;
  readonly readModel: ReadModel;
  readonly blobs: BlobStore;
  /** Closes all that was opened, the broker first. */
  close(): Promise<void>;
}

export interface AdapterNeeds {
  readonly urls: PortUrls;
  /** Keeps installations on the same servers apart; not used by embedded adapters. */
  readonly namespace: string;
  readonly onError?: (error: Error) => void;
}

/** Opens an adapter for every port by its URL. @throws Error that names the URL's problem; nothing stays open then */
export async function openAdapters({ urls, namespace: name, onError }: AdapterNeeds): Promise<Adapters> {
  // The installation that is alone on its servers has plain names there.
  const namespace = name === 'tidemark' ? undefined : name;
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const adapter of opened.toReversed()) await adapter.close();
  };
  const keep = <A extends { close(): Promise<void> }>(adapter: A): A => {
    opened.push(adapter);
    return adapter;
  };
  try {
    const eventStore = keep(await createEventStore(urls.eventStore, { namespace }));
    const blobs = keep(await createBlobStore(urls.blobs, { namespace }));
    const readModel = keep(await createReadModel(urls.readModel, { namespace }));
    const log = eventStore instanceof SqliteEventStore ? eventStore : undefined;
    const broker = keep(await createBroker(urls.broker, { namespace, log, onError }));
    return { eventStore, broker, readModel, blobs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

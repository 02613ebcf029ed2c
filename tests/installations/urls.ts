import { standaloneUrls, type PortUrls } from '@tidemark/config';

/** The URLs of embedded adapters in a folder. */
export const embedded = (folder: string): PortUrls =>
  standaloneUrls({
    dataDir: folder,
    eventStore: null,
    broker: null,
    readModel: null,
    blobs: null,
    records: null,
    vault: null,
  });

/** The URLs of the real servers; undefined when the environment does not name them all. */
export function serverUrls(): PortUrls | undefined {
  const { NATS_URL: broker, EVENTSTORE_URL: eventStore, MONGODB_URL: readModel } = process.env;
  return broker && eventStore && readModel
    ? { eventStore, broker, readModel, blobs: broker, records: readModel, vault: readModel }
    : undefined;
}

import { createBlobStore, type BlobStore } from '@tidemark/blob-store';
import type { PortUrls } from '@tidemark/config';
import { Conditions } from '@tidemark/foundation';
import { createEventStore, SqliteEventStore, type EventStore } from '@tidemark/event-store';
import { createBroker, type Broker, type StreamLimits } from '@tidemark/messaging';
import { createReadModel, type ReadModel } from '@tidemark/read-model';

/** The four ports. */
export interface Adapters {
  readonly eventStore: EventStore;
  readonly broker: Broker;
  readonly readModel: ReadModel;
  readonly blobs: BlobStore;
}

export type PortName = keyof Adapters;

/** The requested ones. */
export type Opened<P extends PortName> = Pick<Adapters, P> & {
  /** Closes all opened ones, the last one first. */
  close(): Promise<void>;
};

export interface AdapterNeeds {
  readonly urls: PortUrls;
  /** Separates installations on the same servers; not used by embedded adapters. */
  readonly namespace: string;
  /** How streams and buckets on NATS are created. */
  readonly streams?: StreamLimits;
  readonly onError?: (error: Error) => void;
  /** What is wrong in this process; adapters add to it. */
  readonly conditions?: Conditions;
}

/** The setting that names a port's adapter. */
const variables: { readonly [P in PortName]: string } = {
  eventStore: 'TIDEMARK_EVENT_STORE',
  broker: 'TIDEMARK_BROKER',
  readModel: 'TIDEMARK_READ_MODEL',
  blobs: 'TIDEMARK_BLOBS',
};

/**
 * Opens the adapters of these ports by their URLs; an embedded broker needs the event store with it.
 * @throws Error of one line that names the setting and its problem; all opened adapters are closed
 */
export async function openAdapters<P extends PortName>(
  ports: readonly P[],
  { urls, namespace: name, streams = {}, onError, conditions = new Conditions() }: AdapterNeeds,
): Promise<Opened<P>> {
  // The default installation has plain names on its servers.
  const namespace = name === 'tidemark' ? undefined : name;
  const opened: Partial<Adapters> = {};
  const open: { readonly [K in PortName]: () => Adapters[K] | Promise<Adapters[K]> } = {
    eventStore: () => createEventStore(urls.eventStore, { namespace, conditions }),
    blobs: () => createBlobStore(urls.blobs, { ...streams, namespace, conditions }),
    readModel: () => createReadModel(urls.readModel, { namespace, conditions }),
    broker: () => {
      const log = opened.eventStore instanceof SqliteEventStore ? opened.eventStore : undefined;
      if (urls.broker === 'embedded:' && !log)
        throw new Error('an embedded broker needs an embedded event store; name a broker: nats://host:port');
      return createBroker(urls.broker, { ...streams, namespace, log, onError, conditions });
    },
  };
  const close = async () => {
    for (const adapter of Object.values(opened).toReversed()) await adapter.close();
  };
  try {
    // The broker last: it may depend on the event store, and is closed first.
    for (const port of (Object.keys(open) as P[]).filter((one) => ports.includes(one)))
      Object.assign(opened, { [port]: await named(port, open[port]) });
  } catch (error) {
    await close();
    throw error;
  }
  return { ...(opened as Pick<Adapters, P>), close };
}

async function named<T>(port: PortName, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new Error(`${variables[port]}: ${(error as Error).message}`, { cause: error });
  }
}

/** Every port. */
export const allPorts = ['eventStore', 'broker', 'readModel', 'blobs'] as const;

import { createBlobStore } from '@tidemark/blob-store';
import type { PortUrls } from '@tidemark/config';
import { Conditions } from '@tidemark/foundation';
import { createEventStore, SqliteEventStore } from '@tidemark/event-store';
import { createBroker, type StreamLimits } from '@tidemark/messaging';
import { createReadModel } from '@tidemark/read-model';
import { createRecordStore } from '@tidemark/record-store';
import { createVaultStore } from '@tidemark/vault';
import { Installation } from './installation.js';
import { assertNotLost } from './log-file.js';
import { variables, type Adapters, type PortName } from './ports.js';

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
  /**
   * The log was restored from an older copy while this process read it, or a store is another installation's: the process
   * must close these adapters and begin again. Default: it becomes unready.
   */
  readonly onChange?: (reason: Error) => void;
}

/**
 * Opens the adapters of these ports by their URLs; an embedded broker needs the event store with it. All stores must be of
 * one installation, and an embedded event store, which is one process's own, refuses a broker or views that are shared.
 * @throws Error of one line that names the setting and its problem; all opened adapters are closed
 */
export async function openAdapters<P extends PortName>(
  ports: readonly P[],
  { urls, namespace: name, streams = {}, onError, conditions = new Conditions(), onChange }: AdapterNeeds,
): Promise<Opened<P>> {
  // The default installation has plain names on its servers.
  const namespace = name === 'tidemark' ? undefined : name;
  if ((ports as readonly PortName[]).includes('eventStore')) assertShared(urls);
  const opened: Partial<Adapters> = {};
  const open: { readonly [K in PortName]: () => Adapters[K] | Promise<Adapters[K]> } = {
    eventStore: () => {
      if (ports.includes('readModel' as P)) assertNotLost(urls);
      return createEventStore(urls.eventStore, { namespace, conditions });
    },
    blobs: () => createBlobStore(urls.blobs, { ...streams, namespace, conditions }),
    readModel: () => createReadModel(urls.readModel, { namespace, conditions }),
    records: () => createRecordStore(urls.records, { namespace, conditions }),
    vault: () => createVaultStore(urls.vault, { namespace }),
    broker: () => {
      const log = opened.eventStore instanceof SqliteEventStore ? opened.eventStore : undefined;
      if (urls.broker === 'embedded:' && !log)
        throw new Error('an embedded broker needs an embedded event store; name a broker: nats://host:port');
      return createBroker(urls.broker, { ...streams, namespace, log, onError, conditions });
    },
  };
  let installation: Installation | undefined;
  const close = async () => {
    await installation?.stop();
    for (const adapter of Object.values(opened).toReversed()) await adapter.close();
  };
  try {
    // The broker last: it may depend on the event store, and is closed first.
    for (const port of (Object.keys(open) as P[]).filter((one) => ports.includes(one)))
      Object.assign(opened, { [port]: await named(port, open[port]) });
    installation = new Installation(opened, {
      onError: onError ?? (() => {}),
      onChange: onChange ?? ((reason) => conditions.raise('installation', `${reason.message}: restart`, 'unready')),
    });
    await installation.join();
  } catch (error) {
    await close();
    throw error;
  }
  return { ...(opened as Pick<Adapters, P>), close };
}

/** @throws Error when the event store is this process's own, and the broker or the views are those of others */
function assertShared({ eventStore, broker, readModel }: PortUrls): void {
  if (!eventStore.startsWith('sqlite:')) return;
  const shared = [
    ['broker', broker, 'embedded:'],
    ['readModel', readModel, 'sqlite:'],
  ] as const;
  for (const [port, url, own] of shared)
    if (!url.startsWith(own))
      throw new Error(
        `${variables.eventStore}: an embedded event store is for one process, and ${variables[port]} names a server that ` +
          `others share: set esdb://host:port, or leave ${variables[port]} out`,
      );
}

async function named<T>(port: PortName, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new Error(`${variables[port]}: ${(error as Error).message}`, { cause: error });
  }
}

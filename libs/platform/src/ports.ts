import type { BlobStore } from '@tidemark/blob-store';
import type { EventStore } from '@tidemark/event-store';
import type { Broker } from '@tidemark/messaging';
import type { ReadModel } from '@tidemark/read-model';
import type { RecordStore } from '@tidemark/record-store';
import type { VaultStore } from '@tidemark/vault';

/** The ports. */
export interface Adapters {
  readonly eventStore: EventStore;
  readonly broker: Broker;
  readonly readModel: ReadModel;
  readonly blobs: BlobStore;
  readonly records: RecordStore;
  readonly vault: VaultStore;
}

export type PortName = keyof Adapters;

/** Every port. */
export const allPorts = ['eventStore', 'broker', 'readModel', 'blobs', 'records', 'vault'] as const;

/** The setting that names a port's adapter. */
export const variables: { readonly [P in PortName]: string } = {
  eventStore: 'TIDEMARK_EVENT_STORE',
  broker: 'TIDEMARK_BROKER',
  readModel: 'TIDEMARK_READ_MODEL',
  blobs: 'TIDEMARK_BLOBS',
  records: 'TIDEMARK_RECORDS',
  vault: 'TIDEMARK_VAULT',
};

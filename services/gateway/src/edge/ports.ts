import type { BlobStore } from '@tidemark/blob-store';
import type { EventStore } from '@tidemark/event-store';
import type { Broker } from '@tidemark/messaging';
import type { Adapters } from '@tidemark/platform';
import type { ReadModel } from '@tidemark/read-model';
import type { RecordStore } from '@tidemark/record-store';
import type { VaultStore } from '@tidemark/vault';

/** The adapters of the gateway, for injection; they are closed by the code that opened them. */
export abstract class Ports implements Adapters {
  abstract readonly eventStore: EventStore;
  abstract readonly broker: Broker;
  abstract readonly readModel: ReadModel;
  abstract readonly blobs: BlobStore;
  abstract readonly records: RecordStore;
  abstract readonly vault: VaultStore;
}

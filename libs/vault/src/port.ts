import type { SecretStore } from '@tidemark/resilience';

/** Where the vault keeps its values; adapters: SQLite and MongoDB. Its values are sealed before they come here. */
export interface VaultStore extends SecretStore {
  /** The ids that begin with this text, in order. */
  ids(prefix: string): Promise<readonly string[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The store cannot be reached or written; the call may be repeated. */
export class VaultUnavailable extends Error {
  override readonly name = 'VaultUnavailable';
  readonly code = 'VAULT_UNAVAILABLE';
}

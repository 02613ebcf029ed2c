import type { Labelled } from '@tidemark/foundation';

/** A sealed value, and a version that differs with every change. */
export interface StoredSecret {
  readonly version: number;
  readonly value: Uint8Array;
}

/**
 * Where the vault keeps its values; adapters: SQLite and MongoDB. Values are sealed before they come here. Versions only
 * grow, also across a removal. Every call @throws VaultUnavailable
 */
export interface VaultStore extends Labelled {
  get(id: string): Promise<StoredSecret | undefined>;
  /** Stores a value if `version` is still the latest (0: there is none); returns its version, or null when it is not. */
  compareAndPut(id: string, version: number, value: Uint8Array): Promise<number | null>;
  remove(id: string): Promise<void>;
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

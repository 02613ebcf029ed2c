import type { VaultStore } from './port.js';

export interface VaultStoreOptions {
  /** Separates installations on one server. */
  readonly namespace?: string;
}

/**
 * The store that a URL names: `sqlite:./data/vault.db` (a path, or `:memory:`) or `mongodb://host:port/database`.
 * @throws TypeError when the URL is none of these · VaultUnavailable when the SQLite file cannot be opened
 */
export async function createVaultStore(url: string, options: VaultStoreOptions = {}): Promise<VaultStore> {
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'sqlite': {
      const { SqliteVaultStore } = await import('./sqlite/sqlite-vault-store.js');
      return new SqliteVaultStore(url.slice('sqlite:'.length).replace(/^\/\/(?=[/.])/, ''));
    }
    case 'mongodb':
    case 'mongodb+srv': {
      const { MongoVaultStore } = await import('./mongodb/mongo-vault-store.js');
      return new MongoVaultStore(url, options);
    }
    default:
      // Never the URL itself: it may carry a password.
      throw new TypeError(`expected sqlite:<path> or mongodb://<host>, got ${scheme ? `${scheme}:` : 'no scheme'}`);
  }
}

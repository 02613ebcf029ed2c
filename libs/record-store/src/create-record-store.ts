import type { Conditions } from '@tidemark/foundation';
import type { RecordStore } from './port.js';

export interface RecordStoreOptions {
  /** Separates installations on one server. */
  readonly namespace?: string;
  /** What is wrong in this process; the adapter adds to it. */
  readonly conditions?: Conditions;
}

/**
 * The record store that a URL names: `sqlite:./data/records.db` (a path, or `:memory:`) or `mongodb://host:port/database`.
 * @throws TypeError when the URL is none of these · RecordStoreUnavailable when the SQLite file cannot be opened
 */
export async function createRecordStore(url: string, options: RecordStoreOptions = {}): Promise<RecordStore> {
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'sqlite': {
      const { SqliteRecordStore } = await import('./sqlite/sqlite-record-store.js');
      return new SqliteRecordStore(url.slice('sqlite:'.length).replace(/^\/\/(?=[/.])/, ''), options);
    }
    case 'mongodb':
    case 'mongodb+srv': {
      const { MongoRecordStore } = await import('./mongodb/mongo-record-store.js');
      return new MongoRecordStore(url, options);
    }
    default:
      // Never the URL itself: it may carry a password.
      throw new TypeError(`expected sqlite:<path> or mongodb://<host>, got ${scheme ? `${scheme}:` : 'no scheme'}`);
  }
}

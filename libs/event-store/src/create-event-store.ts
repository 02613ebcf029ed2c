import type { EsdbEventStoreOptions } from './esdb/esdb-event-store.js';
import type { EventStore } from './port.js';
import { SqliteEventStore, type SqliteEventStoreOptions } from './sqlite/sqlite-event-store.js';

/** Options of both adapters; each takes its own. An SQLite file is a namespace of its own. */
export interface EventStoreOptions extends SqliteEventStoreOptions, EsdbEventStoreOptions {}

/**
 * Opens the store that the URL names: `sqlite:<path>` (embedded) or `esdb://<host>:<port>` (EventStoreDB).
 * @throws TypeError with one line when the URL is neither · Unavailable when the SQLite file cannot be opened or is damaged
 */
export async function createEventStore(url: string, options: EventStoreOptions = {}): Promise<EventStore> {
  const [, scheme, rest] = /^([a-z+]+):(.*)$/is.exec(url) ?? [];
  // Never the URL itself in an error: it may carry a password.
  const expected = 'event store URL: expected sqlite:<path> or esdb://<host>:<port>';
  if (!scheme || !rest) throw new TypeError(`${expected}, got ${scheme ? `${scheme}: and nothing else` : 'no scheme'}`);
  switch (scheme.toLowerCase()) {
    case 'sqlite': {
      const store = new SqliteEventStore(rest.replace(/^\/\/(?=[/.])/, ''), options);
      try {
        await store.check();
      } catch (error) {
        await store.close();
        throw error;
      }
      return store;
    }
    case 'esdb':
    case 'esdb+discover': {
      // Loaded on demand: the driver takes a third of a second, which a standalone start saves.
      const { EsdbEventStore } = await import('./esdb/esdb-event-store.js');
      return new EsdbEventStore(url, options);
    }
    default:
      throw new TypeError(`${expected}, got ${scheme}:`);
  }
}

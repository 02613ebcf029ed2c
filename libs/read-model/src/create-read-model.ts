import type { Conditions } from '@tidemark/foundation';
import type { ReadModel } from './port.js';

export interface ReadModelOptions {
  /** Separates views of one name: the MongoDB database, or a prefix of the names inside an SQLite file. */
  readonly namespace?: string;
  /** What is wrong in this process; the adapter adds to it. */
  readonly conditions?: Conditions;
}

/**
 * The read model that a URL names: `sqlite:./data/views.db` (a path, or `:memory:`) or `mongodb://host:port/database`.
 * Opens the SQLite file, yet connects to a server with the first call only. Loads no driver that is not needed.
 * @throws TypeError when the URL is none of these · ReadModelUnavailable when the SQLite file cannot be opened
 */
export async function createReadModel(url: string, options: ReadModelOptions = {}): Promise<ReadModel> {
  const { namespace } = options;
  if (namespace !== undefined && !/^[A-Za-z0-9_-]{1,38}$/.test(namespace)) {
    throw new TypeError(`read model namespace "${namespace}": up to 38 letters, digits, - and _`);
  }
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'sqlite': {
      const { SqliteReadModel } = await import('./sqlite/sqlite-read-model.js');
      return new SqliteReadModel(pathIn(url), options);
    }
    case 'mongodb':
    case 'mongodb+srv': {
      const { MongoReadModel } = await import('./mongodb/mongo-read-model.js');
      return new MongoReadModel(url, options);
    }
    default:
      // Never the URL itself: it may carry a password.
      throw new TypeError(
        `read model URL: expected sqlite:<path> or mongodb://<host>, got ${scheme ? `${scheme}:` : 'no scheme'}`,
      );
  }
}

function pathIn(url: string): string {
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=[/.])/, '');
  if (path === '' || path.endsWith('/')) throw new TypeError('read model URL: sqlite: needs the path of a file');
  return path;
}

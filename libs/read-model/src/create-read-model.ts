import type { ReadModel } from './port.js';
import { SqliteReadModel } from './sqlite/sqlite-read-model.js';

export interface ReadModelOptions {
  /** Keeps views of one name apart: the MongoDB database, or a prefix of the names inside an SQLite file. */
  readonly namespace?: string;
}

/**
 * The read model that a URL names: `sqlite:./data/views.db` (a path, or `:memory:`).
 * Opens the SQLite file, yet connects to a server with the first call only.
 * @throws TypeError when the URL is none of these · ReadModelUnavailable when the SQLite file cannot be opened
 */
export function createReadModel(url: string, options: ReadModelOptions = {}): ReadModel {
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'sqlite') return new SqliteReadModel(sqlitePath(url), options);
  throw new TypeError(
    `read model: expected a URL that starts with sqlite: or mongodb://, got ${scheme ?? 'no scheme'}`,
  );
}

function sqlitePath(url: string): string {
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=.)/, '');
  if (path === '' || path.endsWith('/')) throw new TypeError('read model: sqlite: needs the path of a file');
  return path;
}

import { DatabaseSync } from 'node:sqlite';
import { Unavailable } from '../errors.js';
import { damaged, isDamage } from './damage.js';
import { noteOpening, putAsideStrangeWal, saltOf } from './strange-wal.js';

const SCHEMA_VERSION = 2;

// A stream is known by its `sid`, the position of its first event: 8 bytes instead of its name in every row and in
// the index, and new streams go to the right end of both.
const SCHEMA = `
  CREATE TABLE streams (
    sid INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    deleted INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE events (
    pos INTEGER PRIMARY KEY,
    sid INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    meta TEXT NOT NULL,
    ts INTEGER NOT NULL,
    crc INTEGER,
    UNIQUE (sid, rev)
  );
  CREATE TABLE checkpoints (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE store (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO store (key, value) VALUES ('epoch', 0);
`;

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** The number of times the file has been opened, this one included. */
  readonly epoch: number;
  /** The position of the last event; -1 when there is none. */
  readonly last: number;
  /** The new name of a WAL that belonged to another file. */
  readonly aside: string | undefined;
}

/**
 * Opens the file, creates its tables when it is new, and counts the opening.
 * @throws Unavailable with one line that names the file
 */
export function openDatabase(path: string): OpenedDatabase {
  let database: DatabaseSync | undefined;
  try {
    const aside = putAsideStrangeWal(path);
    database = new DatabaseSync(path, { timeout: 100 });
    // wal_autocheckpoint = 0: the WAL is written back by a thread of its own (see wal-checkpointer.ts).
    database.exec(`
      PRAGMA page_size = 8192;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -65536;
    `);
    const epoch = migrate(database);
    const salt = saltOf(path);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    // The next WAL's: one that a copy of the file was made with has this one or an earlier one.
    noteOpening(path, epoch, salt === undefined ? undefined : (salt + 1) % 2 ** 32);
    const { last } = database.prepare('SELECT coalesce(max(pos), -1) AS last FROM events').get() as { last: number };
    return { database, epoch, last, aside };
  } catch (cause) {
    database?.close();
    const { message, errcode } = cause as { message: string; errcode?: number };
    throw isDamage(errcode)
      ? damaged(path, message, { cause })
      : new Unavailable(`cannot open ${path}: ${message}`, { cause });
  }
}

function migrate(database: DatabaseSync): number {
  database.exec('BEGIN IMMEDIATE');
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA_VERSION) throw new Error(`it was written by a newer version (schema ${version})`);
  if (version === 0) database.exec(SCHEMA);
  // Events stored before checksums have none.
  if (version === 1) database.exec('ALTER TABLE events ADD COLUMN crc INTEGER');
  if (version < SCHEMA_VERSION) database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  const row = database.prepare(`UPDATE store SET value = value + 1 WHERE key = 'epoch' RETURNING value`).get();
  database.exec('COMMIT');
  return (row as { value: number }).value;
}

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Unavailable } from '../errors.js';

const SQLITE_BUSY = 5;

/**
 * One process at a time may open a file. The lock is the operating system's, held through `<path>.lock`: it ends with
 * the process in any case, so there is no stale lock to clean up.
 */
export class FileLock {
  private constructor(private readonly database: DatabaseSync) {}

  /** @throws Unavailable when another process (or another store of this one) has the file open */
  static acquire(path: string): FileLock {
    let database: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(path), { recursive: true });
      database = new DatabaseSync(`${path}.lock`, { timeout: 0 });
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      return new FileLock(database);
    } catch (cause) {
      database?.close();
      const { errcode, message } = cause as { errcode?: number; message: string };
      const text =
        errcode === SQLITE_BUSY
          ? `${path} is in use by another process: stop that process first, or use another file`
          : `cannot open ${path}: ${message}`;
      throw new Unavailable(text, { cause });
    }
  }

  release(): void {
    this.database.close();
  }
}

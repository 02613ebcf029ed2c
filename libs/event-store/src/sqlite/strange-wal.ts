import { closeSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** Beside the file: the number of its last opening, and the salt with which its WAL began then. */
const recordOf = (path: string): string => `${path}.opening`;
/** https://sqlite.org/fileformat2.html#walformat: grows by one whenever a WAL starts over; random in a new one. */
const SALT_OFFSET = 16;
const MOST_RESTARTS = 2 ** 20;

/**
 * SQLite takes the WAL beside a file for its continuation, also when the file was exchanged for an older copy. A WAL that was
 * written after a later opening than the file's last is put aside, so that the copy is read as it is.
 * @returns its new name; undefined when there is none, or when it belongs to the file
 */
export function putAsideStrangeWal(path: string): string | undefined {
  const [last, first] = recorded(path);
  const salt = saltOf(path);
  if (last === undefined || first === undefined || salt === undefined) return undefined;
  const isOfLastOpening = (salt - first + 2 ** 32) % 2 ** 32 < MOST_RESTARTS;
  if (!isOfLastOpening) return undefined;
  const opening = openingIn(path);
  // A process that was killed before it could note its opening leaves a file that is ahead of the note.
  if (opening === undefined || opening >= last) return undefined;
  const aside = `${path}-wal.of-opening-${last}`;
  renameSync(`${path}-wal`, aside);
  rmSync(`${path}-shm`, { force: true });
  return aside;
}

/** Notes an opening: its number is in the file now, and not only in its WAL, which has begun with this salt. */
export function noteOpening(path: string, opening: number, salt: number | undefined): void {
  const file = openSync(recordOf(path), 'w', 0o600);
  try {
    writeSync(file, `${opening} ${salt ?? ''}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Undefined when there is no WAL, or an empty one. */
export function saltOf(path: string): number | undefined {
  let file: number | undefined;
  try {
    file = openSync(`${path}-wal`, 'r');
    const salt = Buffer.alloc(4);
    return readSync(file, salt, 0, 4, SALT_OFFSET) === 4 ? salt.readUInt32BE() : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function recorded(path: string): readonly (number | undefined)[] {
  try {
    return readFileSync(recordOf(path), 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // never opened by a release that notes it
  }
}

/** The number in the file without its WAL; undefined when it cannot be read. */
function openingIn(path: string): number | undefined {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true });
    return file.prepare(`SELECT value FROM store WHERE key = 'epoch'`).get()?.['value'] as number | undefined;
  } catch {
    return undefined;
  } finally {
    file?.close();
  }
}

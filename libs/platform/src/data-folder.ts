import { accessSync, chmodSync, constants, lstatSync, mkdirSync, readdirSync, statSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';

const FOLDER = 0o700;
const FILE = 0o600;

/**
 * Creates the folder of the embedded stores when it is missing, for this user alone, and takes what exists in it from all
 * others. @throws Error of one line that names the setting
 */
export function openDataFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    keepPrivate(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? message : (reasons[code] ?? code);
    throw new Error(`TIDEMARK_DATA_DIR: cannot write to ${folder}: ${reason}`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
};

/** Step by step: Node's recursive mkdir never returns where a file system reports ENOENT for a nested folder (/proc). */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have created it in between.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

const STICKY = 0o1000;

/** A folder that others use too, such as /tmp or a home, keeps its permissions; so do its files. */
function keepPrivate(folder: string): void {
  const { root } = parse(resolve(folder));
  const stats = statSync(folder);
  if (folder === root || folder === homedir() || (stats.mode & STICKY) !== 0) return;
  restrict(folder, stats);
}

/** A folder is closed last: one that is closed already needs no second look, only its own files do. */
function restrict(folder: string, stats: Stats): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // Files of another process may come and go meanwhile; links lead elsewhere.
    const found = entry.isSymbolicLink() ? undefined : lstatSync(path, { throwIfNoEntry: false });
    if (!found) continue;
    if (found.isFile()) change(path, found, FILE);
    if (found.isDirectory() && (found.mode & 0o777) !== FOLDER) restrict(path, found);
  }
  change(folder, stats, FOLDER);
}

function change(path: string, { mode, uid }: Stats, wanted: number): void {
  if ((mode & 0o777) === wanted || uid !== process.getuid?.()) return;
  try {
    chmodSync(path, wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

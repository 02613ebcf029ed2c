import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The file of views is not usable and has to be built anew. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** The version of the tables in a file of views; a file with a later one is from a later version of Tidemark. */
export const SCHEMA_VERSION = 1;

const SHORT_READ = 522;
// READONLY, CORRUPT, CANTOPEN, NOTADB: https://sqlite.org/rescode.html
const unusable = new Set([8, 11, 14, 26]);
const corrupt = new Set([11, 26]);
/** Earlier files that are kept. */
const KEPT = 3;

/** Whether an open file turned out to be damaged. */
export const isDamage = (error: unknown): boolean => {
  if (error instanceof Damage) return true;
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && (errcode === SHORT_READ || corrupt.has(errcode & 0xff));
};

/** Whether an existing file cannot be opened as a file of views, in contrast to a disk that is full, busy or failing. */
export const isUnusable = (error: unknown, path: string): boolean => {
  if (!existsSync(path)) return false;
  const { errcode } = error as { errcode?: number };
  // 1: the tables are not those of Tidemark.
  return isDamage(error) || (errcode !== undefined && (errcode === 1 || unusable.has(errcode & 0xff)));
};

/** @throws Damage when the path holds something that SQLite would not refuse */
export function assertUsable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new Damage('is a directory');
  if (found?.size === 0) throw new Damage('is empty');
}

/** Renames the file with its write-ahead log, and deletes the oldest of those that were set aside before. */
export function setAside(path: string, now: Date): string {
  const mark = `${basename(path)}.damaged-`;
  const name = `${mark}${now.toISOString().replaceAll(/[^0-9]/g, '')}`;
  const folder = dirname(path);
  const earlier = readdirSync(folder).filter((one) => one.startsWith(mark) && !/-(?:wal|shm)$/.test(one));
  for (const old of earlier.toSorted().slice(0, Math.max(0, earlier.length - KEPT + 1)))
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, old + suffix), { force: true, recursive: true });
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(path + suffix)) renameSync(path + suffix, join(folder, name + suffix));
  return name;
}

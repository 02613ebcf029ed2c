import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const TEMPORARY = /^\.tidemark-[0-9a-f]{16}\.tmp$/;
const ABANDONED_MS = 3_600_000;

/**
 * Writes a file atomically, even across a power failure: under a temporary name, then renamed, each step flushed to
 * disk before the next. Concurrent writes of the same content are harmless.
 */
export async function writeWhole(folder: string, name: string, content: Uint8Array): Promise<void> {
  const temporary = join(folder, `.tidemark-${randomBytes(8).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Removes temporary files, at least an hour old, of processes killed in `writeWhole`. */
export async function removeAbandoned(folder: string, now: number): Promise<void> {
  for (const name of (await readdir(folder)).filter((entry) => TEMPORARY.test(entry))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found && found.mtimeMs < now - ABANDONED_MS) await rm(path, { force: true });
  }
}

/** A new name survives a power failure only once its folder is flushed to disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

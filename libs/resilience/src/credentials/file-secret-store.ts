import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, stat, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretStore, StoredSecret } from './secret-store.js';

/** How long the name of a version stays reserved: far longer than any writer needs from reading one to writing the next. */
const NAME_KEPT_MS = 3_600_000;

/**
 * Sealed values as files, for one machine and any number of its processes. Each id has a folder, each version a file of
 * its own: written beside, flushed, then linked to its name, which succeeds for one writer only. A process that dies in
 * between leaves the previous version. Earlier versions are emptied. Only the owner can read the files. The latest one is
 * empty after a removal.
 */
export class FileSecretStore implements SecretStore {
  constructor(private readonly folder: string) {}

  async get(id: string): Promise<StoredSecret | undefined> {
    const latest = await this.#latest(id);
    return latest.value.length === 0 ? undefined : latest;
  }

  async put(id: string, value: Uint8Array): Promise<number> {
    for (;;) {
      const written = await this.#write(id, (await this.#latest(id)).version, value);
      if (written !== null) return written;
    }
  }

  async compareAndPut(id: string, version: number, value: Uint8Array): Promise<number | null> {
    const latest = await this.#latest(id);
    if (version !== (latest.value.length === 0 ? 0 : latest.version)) return null;
    return this.#write(id, latest.version, value);
  }

  async remove(id: string): Promise<void> {
    while ((await this.get(id)) !== undefined)
      await this.#write(id, (await this.#latest(id)).version, new Uint8Array());
  }

  /** Version 0, empty, when there is none. */
  async #latest(id: string): Promise<StoredSecret> {
    const folder = this.#folderOf(id);
    for (;;) {
      const version = Math.max(0, ...(await versionsIn(folder)));
      if (version === 0) return { version, value: new Uint8Array() };
      const value = await readFile(join(folder, String(version))).catch(unlessMissing);
      if (value && value.length > 0) return { version, value };
      // Removed, unless a later one has just replaced it.
      if (Math.max(...(await versionsIn(folder))) === version) return { version, value: new Uint8Array() };
    }
  }

  async #write(id: string, after: number, value: Uint8Array): Promise<number | null> {
    const folder = this.#folderOf(id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const version = after + 1;
    const beside = join(folder, `${randomUUID()}.tmp`);
    try {
      await writeFlushed(beside, value);
      await link(beside, join(folder, String(version)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
      throw error;
    } finally {
      await unlink(beside).catch(unlessMissing);
    }
    await flushFolder(folder);
    for (const old of await versionsIn(folder)) if (old < version) await retire(join(folder, String(old)));
    return version;
  }

  /** A digest: an id may contain any character, a file name may not. */
  #folderOf(id: string): string {
    return join(this.folder, createHash('sha256').update(id).digest('hex'));
  }
}

async function versionsIn(folder: string): Promise<number[]> {
  const names = (await readdir(folder).catch(unlessMissing)) ?? [];
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Removes the value at once and the name later: a slow writer must not mistake it for a free version. */
async function retire(path: string): Promise<void> {
  const { size = 0, mtimeMs = Infinity } = (await stat(path).catch(unlessMissing)) ?? {};
  if (size > 0) await truncate(path).catch(unlessMissing);
  else if (mtimeMs < Date.now() - NAME_KEPT_MS) await unlink(path).catch(unlessMissing);
}

async function writeFlushed(path: string, value: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(value);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

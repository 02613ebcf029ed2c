import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Json, Labelled, Conditions } from '@tidemark/foundation';
import { blobId, blobIdOf, hexOf } from '../blob-id.js';
import {
  BlobCorrupt,
  BlobNotFound,
  BlobStoreUnavailable,
  type BlobId,
  type BlobSource,
  type BlobStore,
} from '../port.js';
import { opened } from '../source.js';
import { watchedWrite } from '../watched-write.js';

const READ_BYTES = 256 * 1024;
/** A file in tmp/ without a write for this long belongs to a process that died. */
const ABANDONED_MS = 60 * 60 * 1000;

interface Written {
  readonly id: BlobId;
  readonly bytes: number;
}

/**
 * Objects as files: `<root>/<first two hex digits>/<hash>`. An object is written to `<root>/tmp`, flushed to the disk and
 * renamed into place, so that a crash at any moment leaves a whole object or none.
 */
export class FileBlobStore implements BlobStore, Labelled {
  readonly #root: string;
  readonly #temporary: string;
  readonly #label: string;
  #swept: Promise<void> | undefined;

  constructor(
    folder: string,
    private readonly options: { readonly namespace?: string; readonly conditions?: Conditions } = {},
  ) {
    this.#root = resolve(folder, options.namespace ?? '.');
    this.#temporary = join(this.#root, 'tmp');
    this.#label = join(this.#root, 'installation.json');
  }

  put(source: BlobSource): Promise<Written> {
    const write = async () => {
      const content = await opened(source);
      return content instanceof Uint8Array ? this.#putBytes(content) : this.#putStream(content);
    };
    return watchedWrite(this.options.conditions, write, unavailable);
  }

  async *get(id: BlobId): AsyncIterable<Uint8Array> {
    const path = this.#path(hexOf(id));
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw new BlobNotFound(id, { cause: error });
      throw unavailable(error);
    }
    if (blobId(hash.digest('hex')) !== id) throw new BlobCorrupt(id);
  }

  async has(id: BlobId): Promise<boolean> {
    return (await this.#size(hexOf(id))) !== undefined;
  }

  async label(): Promise<Json | undefined> {
    try {
      return JSON.parse(await readFile(this.#label, 'utf8')) as Json;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw unavailable(error);
    }
  }

  async setLabel(label: Json): Promise<void> {
    try {
      await mkdir(this.#temporary, { recursive: true });
      const temporary = join(this.#temporary, randomUUID());
      await writeFile(temporary, JSON.stringify(label), { flag: 'wx', flush: true });
      await rename(temporary, this.#label);
      await syncFolder(this.#root);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async ping(): Promise<void> {
    try {
      await mkdir(this.#temporary, { recursive: true });
      await access(this.#temporary, constants.W_OK);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async close(): Promise<void> {}

  async #putBytes(bytes: Uint8Array): Promise<Written> {
    const written = { id: blobIdOf(bytes), bytes: bytes.byteLength };
    if ((await this.#size(hexOf(written.id))) === bytes.byteLength && (await this.#isWhole(written.id))) {
      // Another put may have renamed it just now: the name must be on the disk before this one returns.
      await syncFolder(join(this.#path(hexOf(written.id)), '..'));
      return written;
    }
    return this.#viaTemporary(async (path) => {
      await writeFile(path, bytes, { flag: 'wx', flush: true });
      return written;
    });
  }

  /** A put of the same bytes replaces a damaged object. */
  async #isWhole(id: BlobId): Promise<boolean> {
    try {
      for await (const chunk of this.get(id)) void chunk;
      return true;
    } catch {
      return false;
    }
  }

  #putStream(chunks: AsyncIterable<Uint8Array>): Promise<Written> {
    return this.#viaTemporary(async (path) => {
      const hash = createHash('sha256');
      let bytes = 0;
      const file = await open(path, 'wx');
      try {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.byteLength;
          await file.writeFile(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      return { id: blobId(hash.digest('hex')), bytes };
    });
  }

  async #viaTemporary(write: (path: string) => Promise<Written>): Promise<Written> {
    await mkdir(this.#temporary, { recursive: true });
    await (this.#swept ??= this.#sweep());
    const temporary = join(this.#temporary, randomUUID());
    try {
      const written = await write(temporary);
      const path = this.#path(hexOf(written.id));
      const folder = join(path, '..');
      if (await mkdir(folder, { recursive: true })) await syncFolder(this.#root);
      await rename(temporary, path);
      await syncFolder(folder);
      return written;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** Deletes files of dead processes in tmp/; a failure to do so is no reason to refuse a put. */
  async #sweep(): Promise<void> {
    const before = Date.now() - ABANDONED_MS;
    for (const name of await readdir(this.#temporary).catch(() => [])) {
      const path = join(this.#temporary, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs < before) await rm(path, { force: true }).catch(() => {});
    }
  }

  #path(hex: string): string {
    return join(this.#root, hex.slice(0, 2), hex);
  }

  async #size(hex: string): Promise<number | undefined> {
    try {
      return (await stat(this.#path(hex))).size;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw unavailable(error);
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** A failed system call means that the folder cannot be used; any other error is unchanged. */
function unavailable(error: unknown): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new BlobStoreUnavailable(`the blob folder cannot be used: ${message}`, { cause: error });
}

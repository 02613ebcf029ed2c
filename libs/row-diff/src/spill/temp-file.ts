import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^tidemark-rows-(\d+)-[0-9a-f-]{36}$/;
/** Bytes that may wait for the disk before a writer has to. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Where some bytes are in a TempFile. */
export interface Extent {
  readonly position: number;
  readonly length: number;
}

/**
 * Bytes put aside for the length of one comparison. The file loses its name as soon as it is open, so that the system
 * takes it back however the process ends; where that cannot be (Windows), it is removed at its close, or by the next
 * TempFile of the folder once its process is dead.
 */
export class TempFile {
  readonly #folder: string;
  #opening: Promise<FileHandle> | undefined;
  #named: string | undefined;
  #end = 0;
  #waiting = 0;
  #failure: Error | undefined;
  readonly #writes = new Set<Promise<void>>();

  /** Nothing is touched before the first write. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#end;
  }

  /**
   * Appends bytes, which must stay as they are until `written` resolves.
   * @returns `ready`: undefined, or a promise to wait for before the next write
   */
  write(bytes: Uint8Array): { extent: Extent; written: Promise<void>; ready: Promise<void> | undefined } {
    const extent = { position: this.#end, length: bytes.byteLength };
    this.#end += extent.length;
    this.#waiting += extent.length;
    const written = this.#write(bytes, extent.position).finally(() => {
      this.#waiting -= extent.length;
      this.#writes.delete(written);
    });
    written.catch((error: Error) => (this.#failure ??= error));
    this.#writes.add(written);
    return { extent, written, ready: this.#waiting > MAX_WAITING ? this.#someRoom() : undefined };
  }

  /** Resolves when all that was written is in the file. @throws what a write failed with */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#writes);
    this.#check();
  }

  /** Fills `target` from `position` on; flush first. */
  async read(target: Uint8Array, position: number): Promise<void> {
    const handle = await this.#opened();
    for (let done = 0; done < target.byteLength;) {
      const { bytesRead } = await handle.read(target, done, target.byteLength - done, position + done);
      if (bytesRead === 0) throw new Error('a temporary file ended early');
      done += bytesRead;
    }
  }

  /** Gives the disk back. May be called at any time and twice. */
  async close(): Promise<void> {
    this.#failure ??= new Error('the temporary file is closed');
    await Promise.allSettled(this.#writes);
    const opening = this.#opening;
    this.#opening = undefined;
    const handle = await opening?.catch(() => undefined);
    await handle?.close();
    if (this.#named !== undefined) await rm(this.#named, { force: true });
    this.#named = undefined;
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    const handle = await this.#opened();
    for (let done = 0; done < bytes.byteLength;) {
      done += (await handle.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten;
    }
  }

  async #someRoom(): Promise<void> {
    while (this.#waiting > MAX_WAITING / 2 && this.#writes.size > 0) await Promise.race(this.#writes).catch(() => {});
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #opened(): Promise<FileHandle> {
    if (this.#opening !== undefined) return this.#opening;
    this.#check();
    return (this.#opening = this.#open());
  }

  async #open(): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true });
    await sweep(this.#folder);
    const path = join(this.#folder, `tidemark-rows-${process.pid}-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await rm(path).catch(() => (this.#named = path));
    return handle;
  }
}

/** Deletes what processes that are no more have left; failing to is no reason not to work. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

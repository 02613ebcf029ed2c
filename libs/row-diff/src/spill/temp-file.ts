import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^tidemark-rows-(\d+)-[0-9a-f-]{36}$/;
/** Bytes that may wait for the disk before a writer has to. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Parts in one call to the system. */
const MOST_AT_ONCE = 64;

interface Write {
  readonly bytes: Uint8Array;
  readonly done: () => void;
}

/**
 * Bytes spilled during one comparison. The file is unlinked as soon as it is open, so that the system
 * reclaims it however the process ends; where that is impossible (Windows), it is removed at its close, or by the next
 * TempFile of the folder once its process is dead.
 */
export class TempFile {
  readonly #folder: string;
  #opening: Promise<FileHandle> | undefined;
  #named: string | undefined;
  #end = 0;
  #failure: Error | undefined;
  /** Bytes waiting to be written, in the order of the file. */
  #queue: Write[] = [];
  #waiting = 0;
  #writing: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  /** Nothing is touched before the first write. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#end;
  }

  /**
   * Appends bytes, which must stay as they are until `done` is called.
   * @returns `position`: where they are in the file; `ready`: undefined, or a promise to wait for before the next write
   * @throws the error of an earlier write
   */
  write(bytes: Uint8Array, done: () => void): { position: number; ready: Promise<void> | undefined } {
    this.#check();
    const position = this.#end;
    this.#end += bytes.byteLength;
    this.#waiting += bytes.byteLength;
    this.#queue.push({ bytes, done });
    this.#writing ??= this.#writeAll().catch((error: Error) => this.#fail(error));
    if (this.#waiting > MAX_WAITING) this.#room ??= Promise.withResolvers();
    return { position, ready: this.#room?.promise };
  }

  /** Resolves when all written bytes are in the file. @throws the error of a write */
  async flush(): Promise<void> {
    await this.#writing;
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

  /** Frees the disk. May be called at any time and twice. */
  async close(): Promise<void> {
    this.#failure ??= new Error('the temporary file is closed');
    this.#leaveRoom();
    await this.#writing;
    const opening = this.#opening;
    this.#opening = undefined;
    const handle = await opening?.catch(() => undefined);
    await handle?.close();
    if (this.#named !== undefined) await rm(this.#named, { force: true });
    this.#named = undefined;
  }

  /** One call after the other; each includes the bytes gathered meanwhile. */
  async #writeAll(): Promise<void> {
    const handle = await this.#opened();
    let position = this.#end - this.#waiting;
    while (this.#queue.length > 0 && this.#failure === undefined) {
      const writes = this.#queue.splice(0, MOST_AT_ONCE);
      const length = writes.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
      await writeFully(
        handle,
        writes.map(({ bytes }) => bytes),
        position,
      );
      position += length;
      this.#waiting -= length;
      for (const { done } of writes) done();
      if (this.#waiting <= MAX_WAITING / 2) this.#leaveRoom();
    }
    this.#writing = undefined;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#writing = undefined;
    this.#leaveRoom();
  }

  /** Releases waiting callers; a failure is thrown by the next write or flush. */
  #leaveRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
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

async function writeFully(handle: FileHandle, parts: Uint8Array[], position: number): Promise<void> {
  while (parts.length > 0) {
    let { bytesWritten } = await handle.writev(parts, position);
    position += bytesWritten;
    while (parts.length > 0 && bytesWritten >= parts[0]!.byteLength) bytesWritten -= parts.shift()!.byteLength;
    if (bytesWritten > 0) parts[0] = parts[0]!.subarray(bytesWritten);
  }
}

/** Deletes leftovers of dead processes; a failure to do so is ignored. */
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

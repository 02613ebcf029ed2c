import type { TempFile } from './temp-file.js';

const BLOCK = 256 * 1024;
/** Blocks that are kept for the next writes. */
const MOST_FREE = 16;
/** Blocks that a reader uses: the one it has, the one before, which it may still copy from, and the one read meanwhile. */
const READING = 3;

/** A run of bytes that is written once and read in order, in memory up to a limit, on the disk beyond it. */
export class Spool {
  readonly #file: TempFile;
  readonly #memory: number;
  #kept: Buffer[] = [];
  /** Where the blocks on the disk are. */
  readonly #positions: number[] = [];
  readonly #free: Buffer[] = [];
  #block: Buffer | undefined;
  #used = 0;
  #size = 0;
  #ready: Promise<void> | undefined;

  constructor(file: TempFile, memory: number) {
    this.#file = file;
    this.#memory = memory;
  }

  get size(): number {
    return this.#size;
  }

  /** Appends a copy. @returns undefined, or a promise to wait for before the next write */
  write(bytes: Uint8Array): Promise<void> | undefined {
    this.#size += bytes.byteLength;
    for (let done = 0; done < bytes.byteLength;) {
      const block = (this.#block ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK));
      const part = Math.min(bytes.byteLength - done, BLOCK - this.#used);
      block.set(done === 0 && part === bytes.byteLength ? bytes : bytes.subarray(done, done + part), this.#used);
      done += part;
      this.#used += part;
      if (this.#used === BLOCK) this.#push(block);
    }
    const ready = this.#ready;
    this.#ready = undefined;
    return ready;
  }

  /** Everything written so far, in order; may be read again. A piece is valid until the next but one is requested. */
  async *read(): AsyncGenerator<Buffer> {
    if (this.#positions.length > 0) await this.#file.flush();
    const ring = Array.from({ length: Math.min(READING, this.#positions.length) }, () => Buffer.allocUnsafeSlow(BLOCK));
    // The next piece is read while the reader processes this one.
    let ahead = this.#piece(0, ring);
    for (let i = 1; i <= this.#positions.length; i++) {
      const piece = await ahead;
      ahead = this.#piece(i, ring);
      yield piece!;
    }
    yield* this.#kept;
    if (this.#used > 0) yield this.#block!.subarray(0, this.#used);
  }

  #piece(index: number, ring: readonly Buffer[]): Promise<Buffer | undefined> {
    const position = this.#positions[index];
    if (position === undefined) return Promise.resolve(undefined);
    const bytes = ring[index % READING]!;
    const read = this.#file.read(bytes, position).then(() => bytes);
    // Its failure reaches the next read.
    read.catch(() => {});
    return read;
  }

  #push(block: Buffer): void {
    this.#kept.push(block);
    this.#block = undefined;
    this.#used = 0;
    if (this.#positions.length === 0 && (this.#kept.length + 1) * BLOCK <= this.#memory) return;
    for (const kept of this.#kept) {
      const { position, ready } = this.#file.write(kept, () => {
        if (this.#free.length < MOST_FREE) this.#free.push(kept);
      });
      this.#positions.push(position);
      this.#ready = ready;
    }
    this.#kept = [];
  }
}

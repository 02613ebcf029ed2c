import type { Slot } from './record-sorter.js';
import type { Extent, TempFile } from './temp-file.js';

const LARGEST_CHUNK = 64 * 1024;
const SMALLEST_CHUNK = 4 * 1024;

/** Records whose hashes share their first `depth` bits, in the order in which they came. */
export interface Partition {
  readonly depth: number;
  readonly extents: Extent[];
  bytes: number;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  used: number;
}

/** Distributes records by the next bits of their keys' hashes, a chunk of memory for each part, into a file. */
export class Partitions {
  readonly #file: TempFile;
  readonly #depth: number;
  readonly #bits: number;
  readonly #chunkBytes: number;
  readonly #parts: Partition[];
  readonly #chunks: (Chunk | undefined)[];
  readonly #free: Chunk[] = [];

  /** @param memory a quarter of it is used at most @param depth bits of the hash that all the records share */
  constructor(file: TempFile, memory: number, depth: number) {
    this.#file = file;
    this.#depth = depth;
    this.#chunkBytes = Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, 2 ** Math.floor(Math.log2(memory / 1024))));
    const chunks = Math.max(2, memory / 4 / this.#chunkBytes);
    this.#bits = Math.min(8, Math.floor(Math.log2(chunks)), 32 - depth);
    this.#parts = Array.from({ length: 1 << this.#bits }, () => ({ depth: depth + this.#bits, extents: [], bytes: 0 }));
    this.#chunks = this.#parts.map(() => undefined);
  }

  place(hash: number, size: number, slot: Slot): Promise<void> | undefined {
    const index = (hash << this.#depth) >>> (32 - this.#bits);
    let chunk = this.#chunks[index];
    let ready: Promise<void> | undefined;
    if (chunk === undefined || chunk.used + size > chunk.bytes.length) {
      if (chunk !== undefined) ready = this.#write(index, chunk);
      this.#chunks[index] = chunk = this.#chunk(size);
    }
    slot.bytes = chunk.bytes;
    slot.words = chunk.words;
    slot.at = chunk.used >>> 2;
    chunk.used += size;
    return ready;
  }

  /** Places all records of the words up to `end`. */
  async addAll(words: Int32Array, end: number, slot: Slot): Promise<void> {
    for (let at = 0; at < end;) {
      const length = words[at]! >>> 2;
      const ready = this.place(words[at + 1]!, length * 4, slot);
      if (ready !== undefined) await ready;
      for (let i = 0; i < length; i++) slot.words[slot.at + i] = words[at + i]!;
      at += length;
    }
  }

  /** Sends what is left to the file. @returns the parts that are not empty, in order of their hashes */
  finish(): Partition[] {
    this.#chunks.forEach((chunk, index) => chunk && void this.#write(index, chunk));
    return this.#parts.filter((part) => part.bytes > 0);
  }

  #write(index: number, chunk: Chunk): Promise<void> | undefined {
    const { extent, written, ready } = this.#file.write(chunk.bytes.subarray(0, chunk.used));
    const part = this.#parts[index]!;
    part.extents.push(extent);
    part.bytes += extent.length;
    written.then(
      () => chunk.bytes.length === this.#chunkBytes && this.#free.push(chunk),
      () => {},
    );
    return ready;
  }

  #chunk(size: number): Chunk {
    const free = size <= this.#chunkBytes ? this.#free.pop() : undefined;
    if (free !== undefined) {
      free.used = 0;
      return free;
    }
    const bytes = Buffer.allocUnsafeSlow(Math.max(size, this.#chunkBytes));
    return { bytes, words: new Int32Array(bytes.buffer, 0, bytes.length >>> 2), used: 0 };
  }
}

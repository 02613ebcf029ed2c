import { Chunk, type Section, type Slot } from './chunk.js';
import type { TempFile } from './temp-file.js';

const LARGEST_CHUNK = 128 * 1024;
const SMALLEST_CHUNK = 4 * 1024;

/** A chunk on the disk. */
export interface StoredChunk {
  readonly position: number;
  readonly length: number;
  readonly count: number;
}

/** Records whose hashes share their first `depth` bits, in order of arrival. */
export interface Partition {
  readonly depth: number;
  readonly chunks: StoredChunk[];
  bytes: number;
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
    this.#chunkBytes = Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, 2 ** Math.floor(Math.log2(memory / 512))));
    const chunks = Math.max(2, memory / 4 / this.#chunkBytes);
    this.#bits = Math.min(8, Math.floor(Math.log2(chunks)), 32 - depth);
    this.#parts = Array.from({ length: 1 << this.#bits }, () => ({ depth: depth + this.#bits, chunks: [], bytes: 0 }));
    this.#chunks = this.#parts.map(() => undefined);
  }

  /** @returns undefined, or a promise to wait for before the slot is used */
  place(hash: number, size: number, slot: Slot): Promise<void> | undefined {
    const index = (hash << this.#depth) >>> (32 - this.#bits);
    let chunk = this.#chunks[index];
    let ready: Promise<void> | undefined;
    if (chunk === undefined || !chunk.fits(size)) {
      if (chunk !== undefined) ready = this.#write(index, chunk);
      this.#chunks[index] = chunk = this.#chunk(size);
    }
    chunk.place(hash, size, slot);
    return ready;
  }

  /** Places all records of a section. */
  async addAll(words: Int32Array, { start, end, count }: Section, slot: Slot): Promise<void> {
    for (let entry = end - 2; entry >= end - 2 * count; entry -= 2) {
      const at = start + words[entry + 1]!;
      const length = words[at]! >>> 2;
      const ready = this.place(words[entry]!, length * 4, slot);
      if (ready !== undefined) await ready;
      for (let i = 0; i < length; i++) slot.words[slot.at + i] = words[at + i]!;
    }
  }

  /** Writes the rest to the file. @returns the parts that are not empty, in order of their hashes */
  finish(): Partition[] {
    this.#chunks.forEach((chunk, index) => chunk && void this.#write(index, chunk));
    return this.#parts.filter((part) => part.bytes > 0);
  }

  #write(index: number, chunk: Chunk): Promise<void> | undefined {
    const { records, directory } = chunk.parts();
    const { position } = this.#file.write(records, () => {});
    const { ready } = this.#file.write(directory, () => {
      if (chunk.bytes.length === this.#chunkBytes) this.#free.push(chunk);
    });
    const part = this.#parts[index]!;
    const length = records.length + directory.length;
    part.chunks.push({ position, length, count: chunk.count });
    part.bytes += length;
    return ready;
  }

  #chunk(size: number): Chunk {
    const length = Math.max(this.#chunkBytes, Chunk.lengthFor(size));
    const chunk = (length === this.#chunkBytes ? this.#free.pop() : undefined) ?? new Chunk(length);
    chunk.clear();
    return chunk;
  }
}

import { Chunk, type Section, type Slot } from './chunk.js';
import { Leaf } from './leaf.js';
import { type Partition, Partitions, type StoredChunk } from './partitions.js';
import { Firsts, repeatsItself } from './repeats.js';
import type { TempFile } from './temp-file.js';

const FIRST_ARENA = 1024 * 1024;
/** Small partitions are sorted together up to this size: more does not fit the processor's caches. */
const LEAF_BYTES = 4 * 1024 * 1024;
/** Concurrent reads. */
const READS = 8;

/**
 * Sorts any number of records by key in bounded memory: as long as they fit, they stay in one arena; then they are
 * distributed over partitions of the hash's range on the disk, which are read back one after the other in that order.
 */
export class RecordSorter {
  readonly slot: Slot;
  readonly #file: TempFile;
  readonly #memory: number;
  #arena: Chunk;
  #partitions: Partitions | undefined;
  /** The remaining parts; undefined as long as records are added. */
  #rest: Partition[] | undefined;
  /** Chunks whose records count as repeats, except those with these numbers. */
  #repeats: { readonly chunks: StoredChunk[]; readonly firsts: ReadonlySet<number> } | undefined;
  #ahead: Promise<Leaf | undefined> | undefined;
  #half = 0;

  /** @param memory bytes that it may hold */
  constructor(file: TempFile, memory: number) {
    this.#file = file;
    this.#memory = memory & ~7;
    this.#arena = new Chunk(Math.min(FIRST_ARENA, this.#memory));
    this.slot = { bytes: this.#arena.bytes, words: this.#arena.words, at: 0 };
  }

  /** Whether nothing was placed. */
  get isEmpty(): boolean {
    return this.#partitions === undefined && this.#arena.count === 0;
  }

  /**
   * Makes room for a record of that size (a multiple of 4) and points `slot` at it; the caller fills it before the next
   * call. @returns undefined, or a promise to wait for before that
   */
  place(hash: number, size: number): Promise<void> | undefined {
    if (this.#partitions !== undefined) return this.#partitions.place(hash, size, this.slot);
    if (!this.#arena.fits(size) && !this.#grow(size)) return this.#spill(hash, size);
    this.#arena.place(hash, size, this.slot);
    return undefined;
  }

  /** The records in order of keys, a part at a time; a leaf is valid until the next one is requested. */
  async next(): Promise<Leaf | undefined> {
    if (this.#rest === undefined) {
      this.#rest = this.#partitions?.finish() ?? [];
      if (this.#partitions === undefined) return this.#whole();
      await this.#file.flush();
      this.#ahead = this.#load(this.#rest);
    }
    const leaf = await this.#ahead;
    // The next one is read into the other half while this one is processed.
    this.#ahead = leaf && this.#load(this.#rest);
    this.#ahead?.catch(() => {});
    return leaf;
  }

  /** Frees the memory; call it when all leaves were read and are no longer needed. */
  release(): void {
    this.#arena.release();
  }

  /** All at once: they never left the arena. */
  #whole(): Leaf | undefined {
    const { bytes, words, count } = this.#arena;
    return count === 0 ? undefined : new Leaf(bytes, words, [this.#arena.section()]);
  }

  /** @returns whether there is room now */
  #grow(size: number): boolean {
    if (this.#arena.bytes.length >= this.#memory) return false;
    // From the first to the last size at once: untouched memory costs nothing.
    const arena = new Chunk(this.#memory);
    arena.copy(this.#arena);
    this.#arena = arena;
    return arena.fits(size);
  }

  async #spill(hash: number, size: number): Promise<void> {
    this.#partitions = new Partitions(this.#file, this.#memory, 0);
    await this.#partitions.addAll(this.#arena.words, this.#arena.section(), this.slot);
    await this.#partitions.place(hash, size, this.slot);
  }

  async #load(rest: Partition[]): Promise<Leaf | undefined> {
    const repeated = this.#repeats?.chunks.shift();
    if (repeated !== undefined) {
      const chunk = await this.#chunk(repeated);
      return new Leaf(chunk.bytes, chunk.words, [chunk.section()], this.#repeats!.firsts);
    }
    const half = (this.#arena.bytes.length >>> 1) & ~7;
    for (let first = rest[0]; first !== undefined && first.bytes > half; first = rest[0]) {
      const firsts = await this.#firsts(first, half);
      rest.shift();
      if (firsts !== undefined) {
        this.#repeats = { chunks: first.chunks, firsts: firsts.numbers };
        return new Leaf(firsts.chunk.bytes, firsts.chunk.words, [firsts.chunk.section()]);
      }
      rest.unshift(...(await this.#split(first)));
    }
    let together = 0;
    let bytes = 0;
    for (; together < rest.length; bytes += rest[together++]!.bytes) {
      if (together > 0 && bytes + rest[together]!.bytes > Math.min(half, LEAF_BYTES)) break;
    }
    if (together === 0) return undefined;
    const start = this.#half;
    this.#half = start === 0 ? half : 0;
    const sections = await this.#read(rest.splice(0, together), this.#arena.bytes, start);
    return new Leaf(this.#arena.bytes, this.#arena.words, sections);
  }

  /** Reads partitions into memory from byte `start` on. */
  async #read(partitions: readonly Partition[], bytes: Buffer, start: number): Promise<Section[]> {
    const sections: Section[] = [];
    const reads: Promise<void>[] = [];
    let at = start;
    for (const { position, length, count } of partitions.flatMap(({ chunks }) => chunks)) {
      reads.push(this.#file.read(bytes.subarray(at, at + length), position));
      sections.push({ start: at >>> 2, end: (at + length) >>> 2, count });
      at += length;
      if (reads.length === READS) await Promise.all(reads.splice(0));
    }
    await Promise.all(reads);
    return sections;
  }

  /**
   * The first record of each key of a partition with many repeated keys, as when the wrong columns are
   * used as the key; undefined when it is better split.
   */
  async #firsts({ chunks, depth }: Partition, memory: number): Promise<Firsts | undefined> {
    // One record, or different keys with the same 32 bits of hash: there are few of these, and no other way.
    const whole = depth === 32 || (chunks.length === 1 && chunks[0]!.count === 1);
    if (!whole && !repeatsItself(await this.#chunk(chunks[0]!))) return undefined;
    const firsts = new Firsts(memory);
    for (const stored of chunks) if (!firsts.add(await this.#chunk(stored), whole)) return undefined;
    return firsts;
  }

  /** Distributes a partition that is too large by the next bits of the hash. */
  async #split(partition: Partition): Promise<Partition[]> {
    const parts = new Partitions(this.#file, this.#memory, partition.depth);
    const slot: Slot = { ...this.slot };
    for (const stored of partition.chunks) {
      const chunk = await this.#chunk(stored);
      await parts.addAll(chunk.words, chunk.section(), slot);
    }
    const children = parts.finish();
    await this.#file.flush();
    return children;
  }

  async #chunk({ position, length, count }: StoredChunk): Promise<Chunk> {
    const chunk = new Chunk(length);
    chunk.count = count;
    await this.#file.read(chunk.bytes, position);
    return chunk;
  }
}

import { Leaf } from './leaf.js';
import { Partitions, type Partition } from './partitions.js';
import type { TempFile } from './temp-file.js';

const FIRST_ARENA = 1024 * 1024;

/** Where a record is to be written. */
export interface Slot {
  bytes: Buffer;
  words: Int32Array;
  /** The record's first word. */
  at: number;
}

/**
 * Sorts any number of records by key in bounded memory: as long as they fit, they stay in one arena; then they are
 * distributed over partitions of the hash's range on the disk, which come back one after the other in that order.
 */
export class RecordSorter {
  readonly slot: Slot;
  readonly #file: TempFile;
  readonly #memory: number;
  #arena: Buffer;
  #used = 0;
  #partitions: Partitions | undefined;
  #rest: Partition[] = [];
  #inMemory = true;
  #ahead: Promise<Leaf | undefined> | undefined;
  #half = 0;

  /** @param memory bytes that it may hold */
  constructor(file: TempFile, memory: number) {
    this.#file = file;
    this.#memory = memory & ~7;
    this.#arena = Buffer.alloc(0);
    this.slot = { bytes: this.#arena, words: new Int32Array(0), at: 0 };
    this.#grow(0);
  }

  /**
   * Makes room for a record of that size (a multiple of 4) and points `slot` at it; the caller fills it before the next call.
   * @returns undefined, or a promise to wait for before that
   */
  place(hash: number, size: number): Promise<void> | undefined {
    if (this.#partitions === undefined) {
      if (this.#used + size <= this.#arena.length || this.#grow(size)) {
        this.slot.at = this.#used >>> 2;
        this.#used += size;
        return undefined;
      }
      return this.#spill(hash, size);
    }
    return this.#partitions!.place(hash, size, this.slot);
  }

  /** The records in order of keys, a part at a time; a leaf is good until the next one is asked for. */
  async next(): Promise<Leaf | undefined> {
    if (this.#partitions === undefined) {
      const used = this.#used;
      this.#used = 0;
      return used === 0 ? undefined : new Leaf(this.#arena, used);
    }
    if (this.#inMemory) {
      this.#inMemory = false;
      this.#rest = this.#partitions.finish();
      await this.#file.flush();
      this.#ahead = this.#load();
    }
    const leaf = await this.#ahead;
    // The next one is read into the other half while this one is at work.
    this.#ahead = leaf && this.#load();
    this.#ahead?.catch(() => {});
    return leaf;
  }

  /** @returns whether there is room now */
  #grow(size: number): boolean {
    const wanted = Math.max(this.#used + size, Math.min(FIRST_ARENA, this.#memory));
    if (wanted > this.#memory && this.#used > 0) return false;
    // From the first to the last size at once: memory that is not touched costs nothing.
    const length = wanted <= FIRST_ARENA ? Math.min(FIRST_ARENA, this.#memory) : Math.max(this.#memory, wanted);
    const arena = Buffer.from(new ArrayBuffer(length));
    arena.set(this.#arena.subarray(0, this.#used));
    this.#arena = arena;
    this.slot.bytes = arena;
    this.slot.words = new Int32Array(arena.buffer, 0, length >>> 2);
    return true;
  }

  async #spill(hash: number, size: number): Promise<void> {
    this.#partitions = new Partitions(this.#file, this.#memory, 0);
    await this.#partitions.addAll(this.slot.words, this.#used >>> 2, this.slot);
    await this.#partitions.place(hash, size, this.slot);
  }

  async #load(): Promise<Leaf | undefined> {
    const half = (this.#arena.length >>> 1) & ~3;
    for (;;) {
      const first = this.#rest[0];
      if (first === undefined) return undefined;
      if (first.bytes > half && first.depth < 32) {
        this.#rest.splice(0, 1, ...(await this.#split(first)));
        continue;
      }
      let together = 0;
      let bytes = 0;
      while (together < this.#rest.length && (bytes + this.#rest[together]!.bytes <= half || together === 0)) {
        bytes += this.#rest[together++]!.bytes;
      }
      const target =
        bytes <= half ? this.#arena.subarray(this.#half, this.#half + half) : Buffer.allocUnsafeSlow(bytes);
      this.#half = this.#half === 0 ? half : 0;
      let at = 0;
      for (const partition of this.#rest.splice(0, together)) {
        for (const { position, length } of partition.extents) {
          await this.#file.read(target.subarray(at, at + length), position);
          at += length;
        }
      }
      if (at > 0) return new Leaf(target, at);
    }
  }

  /** Distributes a partition that is too large by the next bits of the hash. */
  async #split(partition: Partition): Promise<Partition[]> {
    const parts = new Partitions(this.#file, this.#memory, partition.depth);
    const slot: Slot = { bytes: this.#arena, words: new Int32Array(0), at: 0 };
    for (const { position, length } of partition.extents) {
      const bytes = Buffer.allocUnsafeSlow(length);
      await this.#file.read(bytes, position);
      await parts.addAll(new Int32Array(bytes.buffer, 0, length >>> 2), length >>> 2, slot);
    }
    const children = parts.finish();
    await this.#file.flush();
    return children;
  }
}

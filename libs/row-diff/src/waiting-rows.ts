import type { KnownRows } from './known-rows.js';
import { Chunk, type Slot } from './spill/chunk.js';
import type { RecordPlace, RecordSorter } from './spill/record-sorter.js';

/**
 * Where records wait until it is asked for many of them at once whether they are known: one at a time, nearly every one
 * would wait for memory that is in no cache. Those that are not known go on to the sorter.
 */
export class WaitingRows implements RecordPlace {
  readonly slot: Slot;
  readonly #known: KnownRows;
  readonly #sorter: RecordSorter;
  readonly #size: number;
  #chunk: Chunk;

  /** @param size bytes of records that wait together */
  constructor(known: KnownRows, sorter: RecordSorter, size: number) {
    this.#known = known;
    this.#sorter = sorter;
    this.#size = size;
    this.#chunk = new Chunk(size);
    this.slot = { bytes: this.#chunk.bytes, words: this.#chunk.words, at: 0 };
  }

  place(hash: number, size: number): Promise<void> | undefined {
    if (!this.#chunk.fits(size)) return this.#room(hash, size);
    this.#chunk.place(hash, size, this.slot);
    return undefined;
  }

  /** To be called when there are no more rows. */
  async end(): Promise<void> {
    const { words } = this.#chunk;
    for (const record of this.#known.others(this.#chunk)) {
      const length = words[record]! >>> 2;
      const ready = this.#sorter.place(words[record + 1]!, length * 4);
      if (ready !== undefined) await ready;
      const { words: target, at } = this.#sorter.slot;
      for (let i = 0; i < length; i++) target[at + i] = words[record + i]!;
    }
    this.#chunk.clear();
  }

  async #room(hash: number, size: number): Promise<void> {
    await this.end();
    const length = Math.max(this.#size, Chunk.lengthFor(size));
    if (this.#chunk.bytes.length !== length) this.#chunk = new Chunk(length);
    this.#chunk.place(hash, size, this.slot);
  }
}

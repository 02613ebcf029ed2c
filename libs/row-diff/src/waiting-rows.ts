import type { CanonicalRow } from './canonical-row.js';
import { Fingerprint } from './fingerprint.js';
import type { KeyWriter } from './key-writer.js';
import { FINGERPRINT, type KnownRows } from './known-rows.js';
import { ROW_HEADER } from './row-record.js';
import { Chunk, type Slot } from './spill/chunk.js';
import { RECORD_HEADER } from './spill/record.js';
import type { RecordPlace, RecordSorter } from './spill/record-sorter.js';

/**
 * Where records wait until it is asked for many of them at once whether they are known: one at a time, nearly every one
 * would wait for memory that is in no cache. Those that are not known go on to the sorter.
 */
export class WaitingRows implements RecordPlace {
  readonly slot: Slot;
  readonly #known: KnownRows;
  readonly #keys: KeyWriter;
  readonly #row: CanonicalRow;
  readonly #sorter: RecordSorter;
  readonly #fingerprint = new Fingerprint();
  /** Of each record, in the order in which they came. */
  readonly #fingerprints: Int32Array;
  #chunk: Chunk;

  /** @param keys @param row read the row whose record is placed */
  constructor(known: KnownRows, keys: KeyWriter, row: CanonicalRow, sorter: RecordSorter) {
    this.#known = known;
    this.#keys = keys;
    this.#row = row;
    this.#sorter = sorter;
    this.#fingerprints = new Int32Array(Math.ceil(known.atOnce / (RECORD_HEADER + ROW_HEADER)) * FINGERPRINT);
    this.#chunk = new Chunk(known.atOnce);
    this.slot = { bytes: this.#chunk.bytes, words: this.#chunk.words, at: 0 };
  }

  place(hash: number, size: number): Promise<void> | undefined {
    if (!this.#chunk.fits(size)) return this.#room(hash, size);
    this.#place(hash, size);
    return undefined;
  }

  /** To be called when there are no more rows. */
  async end(): Promise<void> {
    const { words } = this.#chunk;
    for (const record of this.#known.others(this.#chunk, this.#fingerprints)) {
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
    const length = Math.max(this.#known.atOnce, Chunk.lengthFor(size));
    if (this.#chunk.bytes.length !== length) this.#chunk = new Chunk(length);
    this.#place(hash, size);
  }

  #place(hash: number, size: number): void {
    this.#fingerprint.ofRow(this.#keys, this.#row.hash);
    const at = this.#chunk.count * FINGERPRINT;
    for (let i = 0; i < FINGERPRINT; i++) this.#fingerprints[at + i] = this.#fingerprint.words[i]!;
    this.#chunk.place(hash, size, this.slot);
  }
}

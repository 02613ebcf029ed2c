import { Chunk, type Slot } from './chunk.js';
import { compareBytes, keyLengthAt, RECORD_HEADER } from './record.js';

/** Below this share of different hashes, splitting by hash would not make a partition much smaller. */
const FEW = 0.5;

/** Whether many records of a chunk have the same keys. */
export function repeatsItself({ words, count }: Chunk): boolean {
  const hashes = new Set<number>();
  for (let i = 1; i <= count; i++) hashes.add(words[words.length - 2 * i]!);
  return hashes.size < count * FEW;
}

/** Collects the first record of each key. */
export class Firsts {
  chunk: Chunk;
  readonly numbers = new Set<number>();
  readonly #byHash = new Map<number, number[]>();
  readonly #slot: Slot;

  /** @param length bytes that the records may have together */
  constructor(length: number) {
    this.chunk = new Chunk(length);
    this.#slot = { bytes: this.chunk.bytes, words: this.chunk.words, at: 0 };
  }

  /** @param grow whether to take more memory than was given @returns false when there is no room for another one */
  add(chunk: Chunk, grow: boolean): boolean {
    for (let i = 1; i <= chunk.count; i++) {
      const hash = chunk.words[chunk.words.length - 2 * i]!;
      const record = chunk.words[chunk.words.length - 2 * i + 1]!;
      const known = this.#byHash.get(hash);
      if (known?.some((first) => this.#sameKey(first, chunk, record))) continue;
      const size = chunk.words[record]!;
      if (!this.chunk.fits(size)) {
        if (!grow) return false;
        this.#grow(size);
      }
      this.chunk.place(hash, size, this.#slot);
      this.chunk.words.set(chunk.words.subarray(record, record + (size >>> 2)), this.#slot.at);
      this.numbers.add(chunk.words[record + 2]!);
      if (known === undefined) this.#byHash.set(hash, [this.#slot.at]);
      else known.push(this.#slot.at);
    }
    return true;
  }

  #grow(size: number): void {
    const larger = new Chunk(2 * this.chunk.bytes.length + Chunk.lengthFor(size));
    larger.copy(this.chunk);
    this.chunk = larger;
  }

  #sameKey(first: number, { bytes, words }: Chunk, record: number): boolean {
    const length = keyLengthAt(this.chunk.words, first);
    const [at, otherAt] = [first * 4 + RECORD_HEADER, record * 4 + RECORD_HEADER];
    return compareBytes(this.chunk.bytes, at, length, bytes, otherAt, keyLengthAt(words, record)) === 0;
  }
}

import { keyText } from './difference.js';
import type { KeyWriter } from './key-writer.js';
import type { Key } from './row.js';
import type { EntryCursor } from './snapshot/entry-cursor.js';
import type { Leaf } from './spill/leaf.js';
import { compareBytes, keyLengthAt, RECORD_HEADER } from './spill/record.js';
import { RecordSorter } from './spill/record-sorter.js';
import type { TempFile } from './spill/temp-file.js';
import { ValueReader } from './values/value-reader.js';

/** Any number of keys in the order of a snapshot's entries. */
export class FailedKeys {
  readonly #sorter: RecordSorter;
  readonly #keys: KeyWriter;
  #leaf: Leaf | undefined;
  #at = 0;
  #ended = false;

  private constructor(keys: KeyWriter, sorter: RecordSorter) {
    this.#keys = keys;
    this.#sorter = sorter;
  }

  /** @returns undefined when there are none @throws TypeError for a key of another shape */
  static async sorted(
    failed: Iterable<Key> | AsyncIterable<Key>,
    keys: KeyWriter,
    file: TempFile,
    memory: number,
  ): Promise<FailedKeys | undefined> {
    const sorter = new RecordSorter(file, memory);
    let count = 0;
    for await (const key of failed) {
      keys.key(key);
      const ready = sorter.place(keys.hash, keys.recordSize);
      if (ready !== undefined) await ready;
      keys.writeRecord(sorter.slot, keys.recordSize, ++count);
    }
    return count === 0 ? undefined : new FailedKeys(keys, sorter);
  }

  /**
   * Whether the write of this entry's row failed. Call it for every entry, in order.
   * @throws RangeError when a failed key belongs to no row
   */
  has(entry: EntryCursor): boolean | Promise<boolean> {
    while (this.#leaf !== undefined && this.#at < this.#leaf.order.length) {
      const order = this.#compare(this.#leaf, this.#leaf.order[this.#at]!, entry);
      if (order > 0) return false;
      if (order < 0) throw this.#unknown();
      this.#skipSame(this.#leaf);
      return true;
    }
    return this.#ended ? false : this.#load().then(() => this.has(entry));
  }

  /** @throws RangeError when there are keys left */
  async end(): Promise<void> {
    while (!this.#ended && (this.#leaf === undefined || this.#at === this.#leaf.order.length)) await this.#load();
    if (!this.#ended) throw this.#unknown();
  }

  async #load(): Promise<void> {
    do this.#leaf = await this.#sorter.next();
    while (
      // A repeated key is one key.
      this.#leaf?.firsts !== undefined
    );
    this.#at = 0;
    this.#ended = this.#leaf === undefined;
  }

  #skipSame({ order, words, bytes }: Leaf): void {
    const first = order[this.#at]!;
    const length = keyLengthAt(words, first);
    const key = bytes.subarray(first * 4 + RECORD_HEADER, first * 4 + RECORD_HEADER + length);
    for (this.#at++; this.#at < order.length; this.#at++) {
      const at = order[this.#at]! * 4 + RECORD_HEADER;
      if (compareBytes(key, 0, length, bytes, at, keyLengthAt(words, order[this.#at]!)) !== 0) return;
    }
  }

  #compare({ bytes, words }: Leaf, record: number, entry: EntryCursor): number {
    const hash = words[record + 1]! >>> 0;
    if (hash !== entry.keyHash) return hash - entry.keyHash;
    const at = record * 4 + RECORD_HEADER;
    return compareBytes(bytes, at, keyLengthAt(words, record), entry.bytes, entry.keyAt, entry.keyLength);
  }

  #unknown(): RangeError {
    const { bytes, words, order } = this.#leaf!;
    const record = order[this.#at]!;
    const reader = new ValueReader();
    const at = record * 4 + RECORD_HEADER;
    reader.open(bytes, at, at + keyLengthAt(words, record));
    return new RangeError(`failed key ${keyText(this.#keys.read(reader))} does not belong to a row of this comparison`);
  }
}

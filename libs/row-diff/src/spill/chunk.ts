const ENTRY = 8;

/** The position to write a record at. */
export interface Slot {
  bytes: Buffer;
  words: Int32Array;
  /** The record's first word. */
  at: number;
}

/**
 * Memory filled with records from its front; from its back grows a directory with hash and first word of each, so
 * that sorting need not visit the records themselves, which are far apart.
 */
export class Chunk {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  /** Bytes of records. */
  used = 0;
  /** Number of records. */
  count = 0;

  constructor(length: number) {
    // Memory from the system: untouched pages cost nothing.
    this.bytes = Buffer.from(new ArrayBuffer(length));
    this.words = new Int32Array(this.bytes.buffer, 0, length >>> 2);
  }

  /** Whether there is room for a record of that size. */
  fits(size: number): boolean {
    return this.used + size + (this.count + 1) * ENTRY <= this.bytes.length;
  }

  place(hash: number, size: number, slot: Slot): void {
    const at = this.used >>> 2;
    const entry = this.words.length - 2 * ++this.count;
    this.words[entry] = hash;
    this.words[entry + 1] = at;
    this.used += size;
    slot.bytes = this.bytes;
    slot.words = this.words;
    slot.at = at;
  }

  clear(): void {
    this.used = 0;
    this.count = 0;
  }

  /** Frees the memory at once: garbage collection may keep so large a block for long. */
  release(): void {
    (this.bytes.buffer as ArrayBuffer).transfer(0);
  }

  /** The whole of it, as a section. */
  section(): Section {
    return { start: 0, end: this.words.length, count: this.count };
  }

  /** Takes over the content of a smaller chunk. */
  copy(from: Chunk): void {
    const { records, directory } = from.parts();
    this.bytes.set(records);
    this.bytes.set(directory, this.bytes.length - directory.length);
    this.used = from.used;
    this.count = from.count;
  }

  /** The used parts: joined, they make up a full chunk. */
  parts(): { records: Buffer; directory: Buffer } {
    const { bytes, used, count } = this;
    return { records: bytes.subarray(0, used), directory: bytes.subarray(bytes.length - count * ENTRY) };
  }

  /** Bytes of a chunk for one record of that size. */
  static lengthFor(size: number): number {
    return size + ENTRY;
  }
}

/** A chunk in some memory: its first word, the word after its last, and its number of records. */
export interface Section {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

import { crc32 } from 'node:zlib';
import { Frame, FRAME_BYTES, FRAME_HEADER, MAGIC, PREAMBLE, type SnapshotHeader, VERSION } from './format.js';

/** Makes the bytes of a snapshot; `sink` gets each piece and must be done with it, or have copied it, when it returns. */
export class SnapshotWriter {
  readonly #sink: (bytes: Buffer) => void;
  #frame = Buffer.allocUnsafeSlow(FRAME_HEADER + FRAME_BYTES);
  #used = FRAME_HEADER;
  #rows = 0;
  #crc = 0;

  constructor(header: SnapshotHeader, sink: (bytes: Buffer) => void) {
    this.#sink = sink;
    const preamble = Buffer.alloc(PREAMBLE);
    MAGIC.copy(preamble);
    preamble.writeUInt32LE(VERSION, MAGIC.length);
    this.#crc = crc32(preamble);
    this.#sink(preamble);
    const { key, columns, values } = header;
    const text = Buffer.from(JSON.stringify({ key, columns, values }));
    const frame = Buffer.alloc(FRAME_HEADER + text.length);
    text.copy(frame, FRAME_HEADER);
    this.#close(Frame.header, frame);
  }

  /** Copies whole consecutive entries of `bytes`; together no longer than a frame, or else one. */
  add(bytes: Buffer, start: number, end: number, entries = 1): void {
    const length = end - start;
    if (!this.fits(length)) this.#flush();
    if (FRAME_HEADER + length > this.#frame.length) {
      const larger = Buffer.allocUnsafeSlow(FRAME_HEADER + length);
      this.#frame = larger;
    }
    if (length < 128) {
      for (let i = 0; i < length; i++) this.#frame[this.#used + i] = bytes[start + i]!;
    } else {
      bytes.copy(this.#frame, this.#used, start, end);
    }
    this.#used += length;
    this.#rows += entries;
  }

  /** Whether an entry of that length still fits into the current frame, after `before` bytes of others. */
  fits(length: number, before = 0): boolean {
    return this.#used + before + length <= FRAME_HEADER + FRAME_BYTES;
  }

  /** Call it last: nothing may be added afterwards. */
  end(): void {
    this.#flush();
    const frame = Buffer.alloc(FRAME_HEADER + 12);
    frame.writeDoubleLE(this.#rows, FRAME_HEADER);
    frame.writeUInt32LE(this.#crc, FRAME_HEADER + 8);
    this.#close(Frame.end, frame);
  }

  #flush(): void {
    if (this.#used > FRAME_HEADER) this.#close(Frame.entries, this.#frame.subarray(0, this.#used));
    this.#used = FRAME_HEADER;
  }

  #close(kind: number, frame: Buffer): void {
    const content = frame.subarray(FRAME_HEADER);
    frame.writeUInt32LE(kind, 0);
    frame.writeUInt32LE(content.length, 4);
    frame.writeUInt32LE(crc32(content), 8);
    this.#crc = crc32(frame.subarray(0, FRAME_HEADER), this.#crc);
    this.#sink(frame);
  }
}

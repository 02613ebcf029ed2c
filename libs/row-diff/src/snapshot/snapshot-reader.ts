import { crc32 } from 'node:zlib';
import { Frame, FRAME_HEADER, MAGIC, MAX_FRAME, PREAMBLE, type SnapshotHeader, VERSION } from './format.js';
import { SnapshotUnusable } from './snapshot-error.js';

/** Reads a snapshot frame by frame; every byte is checked before it is returned, the whole at the end. */
export class SnapshotReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  /** The next chunk, read while the current one is processed. */
  #ahead: Promise<IteratorResult<Uint8Array>> | undefined;
  #at = 0;
  /** Bytes of the snapshot that were read. */
  bytes = 0;
  #crc = 0;
  #memory = Buffer.alloc(0);
  #frame = this.#memory;
  readonly #frameHeader = Buffer.alloc(FRAME_HEADER);

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  /** Call first. @throws SnapshotUnusable */
  async header(): Promise<SnapshotHeader> {
    const preamble = Buffer.alloc(PREAMBLE);
    const got = await this.#fill(preamble);
    if (got < MAGIC.length ? !MAGIC.subarray(0, got).equals(preamble.subarray(0, got)) : !startsWithMagic(preamble)) {
      throw new SnapshotUnusable('foreign', 'the file is not a snapshot of rows');
    }
    if (got < PREAMBLE) throw truncated();
    const version = preamble.readUInt32LE(MAGIC.length);
    if (version !== VERSION) {
      throw new SnapshotUnusable('version', `the snapshot has format ${version}, but only ${VERSION} is supported`);
    }
    this.#crc = crc32(preamble);
    const kind = await this.#next();
    if (kind !== Frame.header) throw corrupt('it does not begin with its header');
    return parseHeader(this.#frame);
  }

  /**
   * The next frame of entries, valid until the next call; undefined at the end.
   * @param seen entries in the frames so far @throws SnapshotUnusable
   */
  async entries(seen: number): Promise<Buffer | undefined> {
    const before = this.#crc;
    const kind = await this.#next();
    if (kind === Frame.entries) return this.#frame;
    if (kind !== Frame.end || this.#frame.length !== 12) throw corrupt('a frame of unknown kind');
    if (this.#frame.readUInt32LE(8) !== before) throw corrupt('its checksum differs');
    if (this.#frame.readDoubleLE(0) !== seen) throw corrupt('entries are missing or too many');
    // To the very end: only then has the store checked the whole.
    if ((await this.#fill(Buffer.alloc(1))) > 0) throw corrupt('something follows its end');
    return undefined;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Reads a frame into #frame. @returns its kind */
  async #next(): Promise<number> {
    if ((await this.#fill(this.#frameHeader)) < FRAME_HEADER) throw truncated();
    const header = this.#frameHeader;
    const length = header.readUInt32LE(4);
    if (length > MAX_FRAME) throw corrupt('a frame is too long');
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafeSlow(length);
    this.#frame = this.#memory.subarray(0, length);
    this.#crc = crc32(header, this.#crc);
    if ((await this.#fill(this.#frame)) < length) throw truncated();
    if (crc32(this.#frame) !== header.readUInt32LE(8)) throw corrupt('the checksum of a frame differs');
    return header.readUInt32LE(0);
  }

  /** @returns how much of the target could be filled */
  async #fill(target: Buffer): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      if (this.#at === this.#chunk.byteLength) {
        const next = await (this.#ahead ?? this.#chunks.next()).catch(unusable);
        if (next.done) break;
        this.#chunk = next.value;
        this.#at = 0;
        this.#ahead = this.#chunks.next();
        // Its failure reaches the next read.
        this.#ahead.catch(() => {});
      }
      const part = this.#chunk.subarray(this.#at, this.#at + target.length - filled);
      target.set(part, filled);
      filled += part.byteLength;
      this.#at += part.byteLength;
      this.bytes += part.byteLength;
    }
    return filled;
  }
}

function parseHeader(bytes: Buffer): SnapshotHeader {
  try {
    const { key, columns, values } = JSON.parse(bytes.toString('utf8')) as SnapshotHeader;
    const names = (list: unknown) => Array.isArray(list) && list.every((name) => typeof name === 'string');
    if (names(key) && names(columns) && typeof values === 'boolean') return { key, columns, values };
  } catch {
    // Thrown below.
  }
  throw corrupt('its header cannot be read');
}

const startsWithMagic = (bytes: Buffer): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length));

const truncated = (): SnapshotUnusable => new SnapshotUnusable('truncated', 'the snapshot ends early');

export const corrupt = (what: string, cause?: unknown): SnapshotUnusable =>
  new SnapshotUnusable('corrupt', `the snapshot is damaged: ${what}`, cause === undefined ? {} : { cause });

/** The store's error for damage becomes ours; other errors of the store are passed on. */
function unusable(error: unknown): never {
  if ((error as { code?: unknown }).code === 'BLOB_CORRUPT') throw corrupt('its bytes have another hash', error);
  throw error;
}

import type { BlobId, BlobStore } from '@tidemark/blob-store';
import type { FailedKeys } from './failed-keys.js';
import { EntryCursor } from './snapshot/entry-cursor.js';
import { FateWriter, readFates } from './snapshot/fates.js';
import { FRAME_BYTES, type SnapshotHeader } from './snapshot/format.js';
import { SnapshotReader } from './snapshot/snapshot-reader.js';
import { SnapshotWriter } from './snapshot/snapshot-writer.js';
import { Spool } from './spill/spool.js';
import type { TempFile } from './spill/temp-file.js';

/** A stored snapshot; `id` is `previous` of the next comparison. */
export interface Snapshot {
  readonly id: BlobId;
  readonly bytes: number;
}

/**
 * The new snapshot of a comparison, until it is known which writes failed: the new entries, in the
 * snapshot's own format, and beside them the fallback for a row whose write failed.
 */
export class PendingSnapshot {
  readonly #header: SnapshotHeader;
  readonly #entries: Spool;
  readonly #fates: FateWriter;
  readonly #writer: SnapshotWriter;
  /** Wait for it before adding more. */
  waiting: Promise<void> | undefined;

  constructor(header: SnapshotHeader, file: TempFile, memory: number) {
    this.#header = header;
    this.#entries = new Spool(file, memory / 2);
    const wait = (ready: Promise<void> | undefined) => (this.waiting = ready ?? this.waiting);
    this.#fates = new FateWriter(new Spool(file, memory / 2), wait);
    this.#writer = new SnapshotWriter(header, (bytes) => wait(this.#entries.write(bytes)));
  }

  /** Whether an entry of that length may be added to the same run. */
  fits(length: number, before: number): boolean {
    return this.#writer.fits(length, before);
  }

  unchanged(bytes: Buffer, start: number, end: number, entries = 1): void {
    this.#writer.add(bytes, start, end, entries);
    this.#fates.unchanged(entries);
  }

  added(bytes: Buffer, end: number): void {
    this.#writer.add(bytes, 0, end);
    this.#fates.added();
  }

  changed(bytes: Buffer, end: number, old: Buffer): void {
    this.#writer.add(bytes, 0, end);
    this.#fates.changed(old);
  }

  removed(old: Buffer): void {
    this.#fates.removed(old);
  }

  end(): void {
    this.#writer.end();
    this.#fates.end();
  }

  /** Stores it. @param failed keys of the rows whose writes failed; undefined when there are none */
  async store(snapshots: Pick<BlobStore, 'put'>, failed: FailedKeys | undefined): Promise<Snapshot> {
    const { id, bytes } = await snapshots.put(failed === undefined ? this.#entries.read() : this.#merged(failed));
    return { id, bytes };
  }

  /** The new entries, with the old ones for failed rows. */
  async *#merged(failed: FailedKeys): AsyncGenerator<Buffer> {
    const made = new Gathered();
    const writer = new SnapshotWriter(this.#header, (bytes) => made.add(bytes));
    const reader = new SnapshotReader(this.#entries.read());
    const entries = new EntryCursor(await reader.header());
    const removed = new EntryCursor(this.#header);
    for await (const { kind, entries: count, old } of readFates(this.#fates.read())) {
      for (let left = count; left > 0; left--) {
        entries.next();
        while (!entries.here) entries.open((await reader.entries(entries.count))!);
        const answer = failed.has(entries);
        const hit = typeof answer === 'boolean' ? answer : await answer;
        if (!hit || kind === 'unchanged') writer.add(entries.bytes, entries.start, entries.end);
        else if (kind === 'changed') writer.add(old, 0, old.length);
        if (made.length > 0) yield made.take();
      }
      if (kind !== 'removed') continue;
      removed.open(old);
      if (await failed.has(removed)) writer.add(old, 0, old.length);
    }
    await failed.end();
    writer.end();
    yield made.take();
  }
}

/** Bytes that one buffer gathers again and again. */
class Gathered {
  #bytes = Buffer.allocUnsafeSlow(2 * FRAME_BYTES);
  length = 0;

  add(bytes: Buffer): void {
    const length = this.length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * length);
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.length);
    this.length = length;
  }

  /** All of it, valid until the next `add`. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }
}

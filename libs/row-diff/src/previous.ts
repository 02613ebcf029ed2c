import type { BlobId, BlobStore } from '@tidemark/blob-store';
import { ColumnMap, Model, type SchemaChange } from './model.js';
import type { Key, Row } from './row.js';
import { EntryBuilder } from './snapshot/entry-builder.js';
import { EntryCursor } from './snapshot/entry-cursor.js';
import { HASH_BYTES, type SnapshotHeader } from './snapshot/format.js';
import { SnapshotUnusable } from './snapshot/snapshot-error.js';
import { SnapshotReader } from './snapshot/snapshot-reader.js';
import { ValueReader } from './values/value-reader.js';
import { ValueWriter } from './values/value-writer.js';

/** The previous snapshot, in terms of the current model. */
export class Previous {
  readonly header: SnapshotHeader;
  readonly entries: EntryCursor;
  readonly #reader: SnapshotReader;

  private constructor(reader: SnapshotReader, header: SnapshotHeader) {
    this.#reader = reader;
    this.header = header;
    this.entries = new EntryCursor(header);
  }

  /** @param key the key columns @throws SnapshotUnusable · BlobNotFound · BlobStoreUnavailable */
  static async open(snapshots: Pick<BlobStore, 'get'>, id: BlobId, key: readonly string[]): Promise<Previous> {
    const reader = new SnapshotReader(snapshots.get(id));
    try {
      const header = await reader.header();
      if (header.key.join('\0') !== [...key].sort().join('\0')) {
        const [theirs, ours] = [header.key.join(', '), key.join(', ')];
        throw new SnapshotUnusable('otherKey', `the snapshot's key is ${theirs}, the rows' key is ${ours}`);
      }
      return new Previous(reader, header);
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** Moves to the next frame; entries.here is false at the end. @throws SnapshotUnusable */
  async nextFrame(): Promise<void> {
    const frame = await this.#reader.entries(this.entries.count);
    if (frame !== undefined) this.entries.open(frame);
  }

  /** Bytes that were read; at the end, of the whole snapshot. */
  get bytes(): number {
    return this.#reader.bytes;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

/** Reads the current entry, and converts it to the model. */
export class PreviousEntry {
  readonly change: SchemaChange | undefined;
  readonly map: ColumnMap;
  readonly #entries: EntryCursor;
  readonly #keepsValues: boolean;
  readonly #model: Model;
  readonly #then: Model;
  readonly #asItIs: boolean;
  readonly #reader = new ValueReader();
  readonly #builder: EntryBuilder;
  readonly #values = new ValueWriter();

  /** @param key the key columns in the caller's order */
  constructor({ header, entries }: Previous, model: Model, key: readonly string[]) {
    this.#entries = entries;
    this.#keepsValues = header.values;
    this.#model = model;
    this.#then = new Model(key, [...key, ...header.columns], header.values);
    this.map = new ColumnMap(model.header, header);
    this.change = this.map.change;
    this.#asItIs = this.change === undefined && header.values === model.header.values;
    this.#builder = new EntryBuilder(model.header);
  }

  /** The row as it was; undefined when the snapshot does not keep values. */
  row(key: Key): Row | undefined {
    const { bytes, valuesAt, valuesLength, valueKindsLength } = this.#entries;
    if (!this.#keepsValues || valueKindsLength === 0) return undefined;
    this.#reader.open(bytes, valuesAt, valuesAt + valuesLength);
    return this.#then.row(key, this.#reader);
  }

  /**
   * The entry for a snapshot of the model, without values that were not kept. When columns were added or removed, its hash matches no row, so that the row is
   * offered again with any values.
   * @returns bytes that are valid until the next call or frame
   */
  converted(key: Key): Buffer {
    const { bytes, start, end } = this.#entries;
    return this.#asItIs ? bytes.subarray(start, end) : this.#convert(key);
  }

  #convert(key: Key): Buffer {
    const { bytes, keyAt, keyLength, kindsLength, hashAt, printsAt } = this.#entries;
    const row = this.#model.header.values ? this.row(key) : undefined;
    this.#values.clear();
    if (row !== undefined) for (const name of this.#model.header.columns) this.#values.column(row[name]);
    const { length, kindsLength: valueKinds, canonical, kinds } = this.#values;
    const builder = this.#builder;
    const at = builder.begin(bytes, keyAt, keyLength, kindsLength, length + valueKinds);
    if (this.change === undefined) bytes.copy(builder.bytes, at, hashAt, hashAt + HASH_BYTES);
    else builder.bytes.fill(0, at, at + HASH_BYTES);
    this.map.convertPrints(bytes, printsAt, builder.bytes, at + HASH_BYTES);
    if (this.#model.header.values) {
      const all = Buffer.concat([canonical.subarray(0, length), kinds.subarray(0, valueKinds)]);
      builder.values(all, 0, length, valueKinds);
    }
    return builder.bytes.subarray(0, builder.length);
  }
}

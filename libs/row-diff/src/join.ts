import type { Changed, Counts, Difference } from './difference.js';
import type { KeyWriter } from './key-writer.js';
import type { KnownRows } from './intake/known-rows.js';
import { type Model, samePrint, writePrints } from './model.js';
import type { PendingSnapshot } from './pending-snapshot.js';
import { type Previous, PreviousEntry } from './previous.js';
import { ROW_HEADER } from './intake/row-recorder.js';
import type { Key, Row } from './row.js';
import { compareKey, isZero, sameHash, sameKey, sameKinds } from './same.js';
import { EntryBuilder } from './snapshot/entry-builder.js';
import type { EntryCursor } from './snapshot/entry-cursor.js';
import { HASH_BYTES, PRINT_BYTES } from './snapshot/format.js';
import type { Leaf } from './spill/leaf.js';
import { keyLengthAt, kindsLengthAt, payloadAt, RECORD_HEADER } from './spill/record.js';
import { ValueReader } from './values/value-reader.js';

/** The resource that the join waits for: a frame of the snapshot, a leaf of records, or the disk. */
export type Need = 'frame' | 'leaf' | 'disk';

export interface JoinOptions {
  readonly model: Model;
  readonly keys: KeyWriter;
  readonly previous: Previous | undefined;
  /** Knows which previous rows have no record because they are unchanged. */
  readonly known: KnownRows | undefined;
  readonly pending: PendingSnapshot;
  readonly counts: Counts;
  /** Whether rows are offered when only the model changed. */
  readonly offer: boolean;
  readonly reportAdded: boolean;
}

/**
 * Walks over the rows and the previous snapshot's entries at the same time, both in order of keys, reports differences,
 * and passes every row to the pending snapshot.
 */
export class Join {
  readonly #model: Model;
  readonly #keys: KeyWriter;
  readonly #known: KnownRows | undefined;
  readonly #pending: PendingSnapshot;
  readonly #counts: Counts;
  readonly #offer: boolean;
  readonly #reportAdded: boolean;
  readonly #old: EntryCursor | undefined;
  /** The current entry of #old. */
  readonly #entry: PreviousEntry | undefined;
  readonly #reader = new ValueReader();
  readonly #builder: EntryBuilder;
  readonly #hash = new Int32Array(4);
  /** Whether an unchanged row's old entry may be copied as it is. */
  readonly #verbatim: boolean;
  #leaf: Leaf | undefined;
  #at = 0;
  /** The previous record that is not a duplicate. */
  #last = 0;
  #leavesEnded = false;
  #framesEnded: boolean;
  // A run of unchanged entries of the current frame, copied together.
  #runStart = 0;
  #runEnd = -1;
  #runCount = 0;
  /** Position of the prints in the built entry. */
  #printsAt = 0;

  constructor({ model, keys, previous, known, pending, counts, offer, reportAdded }: JoinOptions) {
    this.#model = model;
    this.#keys = keys;
    this.#known = known;
    this.#pending = pending;
    this.#counts = counts;
    this.#offer = offer;
    this.#reportAdded = reportAdded;
    this.#old = previous?.entries;
    this.#entry = previous && new PreviousEntry(previous, model, keys.columns);
    this.#builder = new EntryBuilder(model.header);
    this.#framesEnded = previous === undefined;
    this.#verbatim = this.#entry?.change === undefined && !model.header.values && previous?.header.values === false;
  }

  /** The requested leaf; undefined: there are no more. */
  leaf(leaf: Leaf | undefined): void {
    this.#leaf = leaf;
    this.#at = 0;
    this.#leavesEnded = leaf === undefined;
  }

  /** The requested frame is in the cursor, or there are no more. */
  frame(): void {
    this.#framesEnded = !this.#old!.here;
  }

  /** The next difference, or the resource needed to find it; undefined at the end. */
  next(): Difference | Need | undefined {
    for (;;) {
      if (this.#pending.waiting !== undefined) return 'disk';
      const old = this.#old?.here ? this.#old : undefined;
      if (old === undefined && !this.#framesEnded) {
        this.#endRun();
        return 'frame';
      }
      const leaf = this.#leaf;
      if (leaf === undefined || this.#at === leaf.order.length) {
        if (!this.#leavesEnded) return 'leaf';
        if (old !== undefined) {
          if (this.#keep(old, Infinity)) continue;
          return this.#removed(old);
        }
        this.#endRun();
        return undefined;
      }
      const record = leaf.order[this.#at]!;
      if (leaf.firsts !== undefined) {
        if (!leaf.firsts.has(leaf.words[record + 2]!)) return this.#duplicate(leaf, record);
        this.#at++;
        continue;
      }
      if (this.#at > 0 && leaf.hashes[this.#at - 1] === leaf.hashes[this.#at] && sameKey(leaf, this.#last, record))
        return this.#duplicate(leaf, record);
      const hash = leaf.hashes[this.#at]!;
      if (old !== undefined && this.#keep(old, hash)) continue;
      const order = old === undefined ? -1 : hash - old.keyHash || compareKey(leaf, record, old);
      if (order > 0) {
        if (!this.#isKnown(old!)) return this.#removed(old!);
        this.#unchanged(old!);
        old!.next();
        continue;
      }
      this.#last = record;
      if (order === 0 && this.#isKnown(old!)) return this.#duplicate(leaf, record);
      this.#at++;
      if (order < 0) {
        const added = this.#added(leaf, record);
        if (added !== undefined) return added;
        continue;
      }
      const difference = this.#matched(leaf, record, old!);
      old!.next();
      if (difference !== undefined) return difference;
    }
  }

  /** Whether the row of an entry is unchanged, so that a record with its key repeats it. */
  #isKnown(old: EntryCursor): boolean {
    return this.#known !== undefined && this.#known.isUnchanged(old.count - 1);
  }

  /** Skips entries of rows known to be unchanged, below a hash. @returns whether there was one */
  #keep(old: EntryCursor, hash: number): boolean {
    const start = old.count;
    while (old.here && old.keyHash < hash && this.#isKnown(old) && this.#pending.waiting === undefined) {
      this.#unchanged(old);
      old.next();
    }
    return old.count > start || !old.here;
  }

  #added(leaf: Leaf, record: number): Difference | undefined {
    this.#counts.added++;
    this.#endRun();
    this.#build(leaf, record);
    this.#pending.added(this.#builder.bytes, this.#builder.length);
    if (!this.#reportAdded) return undefined;
    const key = this.#key(leaf, record);
    return { type: 'added', key, row: this.#row(leaf, record, key) };
  }

  #removed(old: EntryCursor): Difference {
    this.#counts.removed++;
    this.#endRun();
    const key = this.#keyOf(old.bytes, old.keyAt, old.keyLength);
    const before = this.#entry!.row(key);
    this.#pending.removed(this.#entry!.converted(key));
    old.next();
    return before === undefined ? { type: 'removed', key } : { type: 'removed', key, before };
  }

  #duplicate(leaf: Leaf, record: number): Difference {
    this.#counts.duplicateKey++;
    this.#at++;
    return { type: 'duplicateKey', key: this.#key(leaf, record), rowNumber: leaf.words[record + 2]! >>> 0 };
  }

  #matched(leaf: Leaf, record: number, old: EntryCursor): Difference | undefined {
    const payload = payloadAt(leaf.words, record);
    const change = this.#entry!.change;
    const same = change === undefined && sameHash(leaf.words, (payload >>> 2) + 2, old);
    if (same && this.#verbatim && sameKinds(leaf, record, old)) {
      this.#unchanged(old);
      return undefined;
    }
    this.#endRun();
    this.#build(leaf, record);
    if (!same) {
      const columns = this.#differing(leaf, payload, old);
      if (columns !== undefined) return this.#changed(leaf, record, columns, 'data');
      if (this.#offer && change!.added.length > 0) return this.#changed(leaf, record, change!.added, 'schema');
    }
    this.#counts.unchanged++;
    this.#pending.unchanged(this.#builder.bytes, 0, this.#builder.length);
    return undefined;
  }

  #changed(leaf: Leaf, record: number, columns: readonly string[], cause: Changed['cause']): Difference {
    this.#counts[cause === 'data' ? 'changed' : 'schemaOnly']++;
    const key = this.#key(leaf, record);
    const row = this.#row(leaf, record, key);
    const before = this.#entry!.row(key);
    const old = this.#entry!.converted(key);
    this.#pending.changed(this.#builder.bytes, this.#builder.length, old);
    const changed: Changed = { type: 'changed', key, row, columns, cause };
    return before === undefined ? changed : { ...changed, before };
  }

  /** Keeps an entry unchanged: adds it to the run. */
  #unchanged(old: EntryCursor): void {
    this.#counts.unchanged++;
    if (this.#runEnd !== old.start || !this.#pending.fits(old.end - old.start, old.start - this.#runStart)) {
      this.#endRun();
      this.#runStart = old.start;
    }
    this.#runEnd = old.end;
    this.#runCount++;
  }

  #endRun(): void {
    if (this.#runEnd < 0) return;
    this.#pending.unchanged(this.#old!.bytes, this.#runStart, this.#runEnd, this.#runCount);
    this.#runEnd = -1;
    this.#runCount = 0;
  }

  /** Names of the columns that differ; undefined when only the model differs. */
  #differing(leaf: Leaf, payload: number, old: EntryCursor): readonly string[] | undefined {
    const { columns } = this.#model.header;
    const { places } = this.#entry!.map;
    const names: string[] = [];
    let differing = false;
    for (let i = 0; i < columns.length; i++) {
      const place = places[i]!;
      const print = this.#printsAt + i * PRINT_BYTES;
      if (place >= 0 && samePrint(this.#builder.bytes, print, old.bytes, old.printsAt + place * PRINT_BYTES)) continue;
      names.push(columns[i]!);
      differing ||= place >= 0;
    }
    if (differing) return names;
    return this.#sameButModel(leaf, payload, old) ? undefined : columns;
  }

  /** Whether hashes find no difference where prints found none. */
  #sameButModel(leaf: Leaf, payload: number, old: EntryCursor): boolean {
    const change = this.#entry!.change;
    if (change === undefined || isZero(old.bytes, old.hashAt)) return false;
    // The snapshot does not have the hash of a row without the removed columns: prints must suffice.
    if (change.removed.length > 0) return true;
    const length = leaf.words[payload >>> 2]!;
    this.#entry!.map.hashWithoutAdded(leaf.bytes, payload + ROW_HEADER, length, this.#hash);
    return sameHash(this.#hash, 0, old);
  }

  /** Builds the record's entry. */
  #build({ bytes, words }: Leaf, record: number): void {
    const payload = payloadAt(words, record);
    const [length, kindsLength] = [words[payload >>> 2]!, words[(payload >>> 2) + 1]!];
    const { columns, values } = this.#model.header;
    const keyAt = record * 4 + RECORD_HEADER;
    const builder = this.#builder;
    const kept = values ? length + kindsLength : 0;
    const at = builder.begin(bytes, keyAt, keyLengthAt(words, record), kindsLengthAt(words, record), kept);
    for (let i = 0; i < HASH_BYTES; i++) builder.bytes[at + i] = bytes[payload + 8 + i]!;
    this.#printsAt = at + HASH_BYTES;
    writePrints(bytes, payload + ROW_HEADER, columns.length, builder.bytes, this.#printsAt);
    if (values) builder.values(bytes, payload + ROW_HEADER, length, kindsLength);
  }

  #key({ bytes, words }: Leaf, record: number): Key {
    return this.#keyOf(bytes, record * 4 + RECORD_HEADER, keyLengthAt(words, record));
  }

  #keyOf(bytes: Buffer, at: number, length: number): Key {
    this.#reader.open(bytes, at, at + length);
    return this.#keys.read(this.#reader);
  }

  #row({ bytes, words }: Leaf, record: number, key: Key): Row {
    const payload = payloadAt(words, record);
    const at = payload + ROW_HEADER;
    this.#reader.open(bytes, at, at + words[payload >>> 2]!);
    return this.#model.row(key, this.#reader);
  }
}

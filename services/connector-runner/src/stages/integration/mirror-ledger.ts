import type { JsonObject, RowResult, WriteRow } from '@tidemark/connector-sdk';
import type { IncomingRecord, RecordBatch, RecordStore, Scope } from '@tidemark/record-store';
import { batchIdOf } from './batch-id.js';
import type { PageOfRecords } from './sink.js';

/** A row of a page, and what became of it. */
export interface MirroredRow {
  readonly externalId: string;
  /** ISO 8601: of the record that it was made of. */
  readonly updatedAt?: string;
  readonly row: WriteRow;
  readonly result: RowResult;
}

/** Remembers, in the record store, the keys of the rows that a connection has written to a destination, and of which state. */
export class MirrorLedger {
  constructor(
    private readonly store: RecordStore,
    readonly scope: Scope,
    private readonly key: readonly string[],
    private readonly now: () => number,
    private readonly beganAt?: number,
  ) {}

  /** Of each record of the page: a newer state was written before. */
  areOlder({ object, jobId, records }: PageOfRecords): Promise<readonly boolean[]> {
    return this.store.areOlder(this.#batchOf({ object, jobId }, '', records));
  }

  async record(page: Omit<PageOfRecords, 'records'>, rows: readonly MirroredRow[]): Promise<void> {
    const entries = new Map<string, IncomingRecord>();
    for (const one of rows) {
      const entry = await this.#entryOf(page.object, one);
      if (entry) entries.set(entry.externalId, entry);
    }
    const records = [...entries.values()];
    if (records.length === 0) return;
    await this.store.write(this.#batchOf(page, batchIdOf(page, 0, records), records));
  }

  #batchOf(
    { object, jobId }: Pick<PageOfRecords, 'object' | 'jobId'>,
    id: string,
    records: readonly IncomingRecord[],
  ): RecordBatch {
    const { beganAt } = this;
    return { ...this.scope, id, jobId, object, records, at: this.now(), ...(beganAt !== undefined && { beganAt }) };
  }

  /** A row that was refused is still in the source: the one that was written before stays. */
  async #entryOf(
    object: string,
    { externalId, updatedAt, row, result }: MirroredRow,
  ): Promise<IncomingRecord | undefined> {
    if (result.status === 'failed') {
      const known = await this.store.get(this.scope, object, externalId);
      return known && !known.deleted ? { externalId, data: known.data } : undefined;
    }
    if (row.action === 'delete') return { externalId, data: {}, deleted: true };
    const data: JsonObject = Object.fromEntries(this.key.map((field) => [field, row.data[field] ?? null]));
    return { externalId, data, ...(updatedAt !== undefined && { updatedAt }) };
  }
}

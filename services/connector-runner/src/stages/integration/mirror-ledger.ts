import type { JsonObject, RowResult, WriteRow } from '@tidemark/connector-sdk';
import type { IncomingRecord, RecordStore, Scope } from '@tidemark/record-store';
import { batchIdOf } from './batch-id.js';
import type { PageOfRecords } from './sink.js';

/** A row of a page, and what became of it. */
export interface MirroredRow {
  readonly externalId: string;
  readonly row: WriteRow;
  readonly result: RowResult;
}

/** Remembers, in the record store, the keys of the rows that a connection has written to a mirror. */
export class MirrorLedger {
  constructor(
    private readonly store: RecordStore,
    readonly scope: Scope,
    private readonly key: readonly string[],
    private readonly now: () => number,
  ) {}

  async record(page: Omit<PageOfRecords, 'records'>, rows: readonly MirroredRow[]): Promise<void> {
    const entries = new Map<string, IncomingRecord>();
    for (const one of rows) {
      const entry = await this.#entryOf(page.object, one);
      if (entry) entries.set(entry.externalId, entry);
    }
    const records = [...entries.values()];
    if (records.length === 0) return;
    const { object, jobId } = page;
    const id = batchIdOf(page, 0, records);
    await this.store.write({ ...this.scope, id, jobId, object, records, at: this.now() });
  }

  /** A row that was refused is still in the source: the one that was written before stays. */
  async #entryOf(object: string, { externalId, row, result }: MirroredRow): Promise<IncomingRecord | undefined> {
    if (result.status === 'failed') {
      const known = await this.store.get(this.scope, object, externalId);
      return known && !known.deleted ? { externalId, data: known.data } : undefined;
    }
    if (row.action === 'delete') return { externalId, data: {}, deleted: true };
    const data: JsonObject = Object.fromEntries(this.key.map((field) => [field, row.data[field] ?? null]));
    return { externalId, data };
  }
}

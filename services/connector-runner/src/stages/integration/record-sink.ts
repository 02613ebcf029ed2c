import type { RowResult } from '@tidemark/connector-sdk';
import type { JobInfo } from '@tidemark/pipelines';
import type { IncomingRecord, RecordStore } from '@tidemark/record-store';
import { batchIdOf } from './batch-id.js';
import type { Mirrored, PageOfRecords, Sink } from './sink.js';

/** Keeps records in Tidemark's own record store. */
export class RecordSink implements Sink {
  readonly name = 'records';
  readonly required = true;
  readonly mirrored: Mirrored;

  constructor(
    private readonly store: RecordStore,
    private readonly job: JobInfo,
    private readonly now: () => number,
    private readonly beganAt?: number,
  ) {
    const { tenant, connectionId } = job;
    // The record itself is all there is to delete.
    this.mirrored = {
      scope: { tenant, connectionId },
      delete: async ({ gone }) => gone.map(() => ({ status: 'deleted' })),
    };
  }

  async write(page: PageOfRecords): Promise<readonly RowResult[]> {
    const { object, records } = page;
    // Of a record that a page has twice, the last state counts.
    const last = new Map<string, IncomingRecord>(records.map((record) => [record.externalId, record]));
    const { tenant, connectionId, id: jobId } = this.job;
    const unique = [...last.values()].map(({ externalId, data, deleted, updatedAt }) => ({
      ...{ externalId, data },
      ...(deleted && { deleted }),
      ...(updatedAt !== undefined && { updatedAt }),
    }));
    const id = batchIdOf(page, 0, unique);
    const results = await this.store.write({
      tenant,
      connectionId,
      id,
      jobId,
      object,
      records: unique,
      at: this.now(),
      ...(this.beganAt !== undefined && { beganAt: this.beganAt }),
    });
    const byId = new Map(unique.map(({ externalId }, at) => [externalId, results[at]!]));
    return records.map((record) => ({
      status: last.get(record.externalId) === record ? byId.get(record.externalId)! : 'skipped',
    }));
  }
}

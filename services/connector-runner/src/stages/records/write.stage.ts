import type { BlobId } from '@tidemark/blob-store';
import type { RowResult } from '@tidemark/connector-sdk';
import type { RecordsPipeline, Stage, WriteOutput } from '@tidemark/pipelines';
import { ExternalError } from '@tidemark/resilience';
import { jobRetrySchedule } from '@tidemark/resilience/retry-schedule';
import { batchIdOf } from '../integration/batch-id.js';
import type { FailedRows } from '@tidemark/record-store';
import { ErrorList, MAX_HELD_ERRORS } from '../integration/row-errors.js';
import { RowLedger } from '../row-ledger.js';
import { type Context, destinationOf, keyOf, rowOf } from './comparison.js';
import type { Change } from './change.js';
import { FailedRowKeys } from './keys.js';
import { linesOf } from '../lines.js';

const CHECKPOINT_MS = 1000;

/** Where a successor goes on. */
interface Saved {
  /** Changes that were written or refused. */
  readonly done?: number;
  readonly failed?: BlobId;
  readonly hasUndeleted?: boolean;
}

/** Writes the changes, batch by batch. A successor goes on at the batch where this one stopped. */
export const writeStage =
  (failedRows: FailedRows): Stage<RecordsPipeline, 'write'> =>
  async (context) => {
    const { blobs, open, signal, job, now } = context;
    const { changes, count } = context.output('detect');
    const progress = new Progress(context, await RowLedger.open(failedRows, job, now));
    if (progress.done >= count) return progress.result();
    const destination = await open.destination(destinationOf(context).name);
    const batches = batchesOf(linesOf<Change>(blobs, changes), progress.done, destination.manifest.batchSize.max);
    let stopped: ExternalError | undefined;
    for await (const batch of batches) {
      if (!stopped) stopped = await progress.write(batch, (rows) => destination.write(rows, signal));
      if (stopped) await progress.leaveOut(batch, stopped);
      context.progress({ percent: (100 * progress.done) / count });
      await progress.save();
    }
    await progress.save({ now: true });
    return progress.result();
  };

class Progress {
  done: number;
  readonly #context: Context;
  readonly #failed: FailedRowKeys;
  readonly #errors = new ErrorList();
  readonly #counts: { created: number; updated: number; deleted: number; skipped: number; failed: number };
  #last: BlobId | undefined;
  #hasUndeleted: boolean;
  #savedAt: number;

  constructor(
    context: Context,
    private readonly ledger: RowLedger,
  ) {
    const { done = 0, failed, hasUndeleted = false } = (context.resumeFrom?.cursor ?? {}) as Saved;
    const {
      created,
      updated,
      deleted,
      skipped,
      failed: refused,
    } = { ...context.counts, ...context.resumeFrom?.counts };
    this.#context = context;
    this.done = done;
    this.#last = failed;
    this.#hasUndeleted = hasUndeleted;
    this.#failed = new FailedRowKeys(context.blobs, failed);
    this.#counts = { created, updated, deleted, skipped, failed: refused };
    this.#savedAt = context.now();
  }

  /**
   * Resolves with an error that leaves out the rest of the rows: some are in the destination already, and the snapshot
   * has to say which.
   * @throws ExternalError when nothing was written yet, or another attempt may write the rest
   */
  async write(
    changes: readonly Change[],
    write: (
      batch: Parameters<Awaited<ReturnType<Context['open']['destination']>>['write']>[0],
    ) => Promise<readonly RowResult[]>,
  ): Promise<ExternalError | undefined> {
    const { job, source, signal } = this.#context;
    const { mode, object } = destinationOf(this.#context);
    const from = source.objects![0]!;
    const rows = changes.map(({ key: _, corrected, data, ...row }) => ({ ...row, data: corrected ?? data }));
    const id = batchIdOf({ jobId: job.id, object: from, position: 'rows' }, this.done, rows);
    try {
      const target = object!.replaceAll('{object}', from);
      const results = await write({ id, mode: mode!, object: target, key: keyOf(this.#context), rows });
      await this.#take(changes, results);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExternalError) || this.done === 0) throw error;
      const isLast = job.attempt > jobRetrySchedule.delaysMs.length;
      if (!error.retryable || isLast) return error;
      await this.save({ now: true });
      throw error;
    }
  }

  async leaveOut(changes: readonly Change[], { code, message }: ExternalError): Promise<void> {
    const result: RowResult = { status: 'failed', code, message, retryable: true };
    await this.#take(changes, Array<RowResult>(changes.length).fill(result));
  }

  async #take(changes: readonly Change[], results: readonly RowResult[]): Promise<void> {
    const context = this.#context;
    await this.ledger.record(
      changes.map(({ key, data, action }, at) => ({
        ...{ ...rowOf(context, { key }), data, result: results[at]! },
        ...(action === 'delete' && { action }),
      })),
    );
    for (const [at, change] of changes.entries()) this.#count(change, results[at]!);
    this.done += changes.length;
  }

  #count({ key, data, action }: Change, result: RowResult): void {
    this.#counts[result.status] += 1;
    if (result.status !== 'failed') return;
    const { code, message, field } = result;
    this.#failed.add(key);
    this.#hasUndeleted ||= action === 'delete';
    this.#errors.add({
      ...{ objectType: this.#context.source.objects![0]!, destination: destinationOf(this.#context).name },
      ...{ externalId: key.map(String).join(', '), code, message, data },
      ...(field !== undefined && { field }),
    });
  }

  async save({ now = false } = {}): Promise<void> {
    const { blobs, checkpoint, now: clock } = this.#context;
    const elapsed = clock() - this.#savedAt;
    const isFull = this.#failed.held >= MAX_HELD_ERRORS;
    if (!now && !isFull && elapsed >= 0 && elapsed < CHECKPOINT_MS) return;
    this.#last = await this.#failed.store();
    const errors = await this.#errors.store(blobs);
    const cursor = { done: this.done, ...this.#leftOut() };
    await checkpoint.call(this.#context, { cursor, counts: { ...this.#counts }, ...(errors && { errors }) });
    this.#savedAt = clock();
  }

  result() {
    return { output: this.#leftOut(), counts: this.#counts };
  }

  #leftOut(): WriteOutput {
    return { ...(this.#last && { failed: this.#last }), ...(this.#hasUndeleted && { hasUndeleted: true }) };
  }
}

async function* batchesOf<T>(items: AsyncIterable<T>, skip: number, size: number): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  let at = 0;
  for await (const item of items) {
    if (at++ < skip) continue;
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

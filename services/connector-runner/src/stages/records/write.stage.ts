import type { BlobId } from '@tidemark/blob-store';
import type { RowResult, WriteBatch } from '@tidemark/connector-sdk';
import type { JsonObject } from '@tidemark/foundation';
import type { RecordsPipeline, Stage, WriteOutput } from '@tidemark/pipelines';
import { ExternalError } from '@tidemark/resilience';
import { jobRetrySchedule } from '@tidemark/resilience/retry-schedule';
import { batchIdOf } from '../integration/batch-id.js';
import type { FailedRows } from '@tidemark/record-store';
import { streamOf, targetOf } from '../positions.js';
import { ErrorList, MAX_HELD_ERRORS } from '../integration/row-errors.js';
import { RowLedger } from '../row-ledger.js';
import { type Context, destinationOf, keyOf, rowOf } from './comparison.js';
import type { Change } from './change.js';
import { FailedRowKeys } from './keys.js';
import { chunksOfLines, linesOf } from '../lines.js';

const CHECKPOINT_MS = 1000;

/** Where a successor goes on. */
interface Saved {
  /** Changes that were written or refused. */
  readonly done?: number;
  readonly failed?: BlobId;
  readonly hasUndeleted?: boolean;
}

/** Batches written at the same time, where a repeated one is recognized: the second may succeed when the first has not. */
const AT_ONCE = 2;
/** Of a batch: larger ones are hardly faster, and two of them are in memory at a time. */
const MOST_ROWS = 5000;

type Outcome = { readonly results: readonly RowResult[] } | { readonly error: unknown };

/** Writes the changes, batch by batch. A successor goes on at the batch where this one stopped. */
export const writeStage =
  (failedRows: FailedRows): Stage<RecordsPipeline, 'write'> =>
  async (context) => {
    const { open, signal, job, now } = context;
    const detected = context.output('detect');
    const progress = new Progress(context, await RowLedger.open(failedRows, job, now));
    if (progress.done >= detected.count) return progress.result();
    const destination = await open.destination(destinationOf(context).name);
    const { batchSize, concurrency } = destination.manifest;
    const atOnce = destination.position ? Math.min(AT_ONCE, concurrency) : 1;
    const write = batchWriter(context, (batch) => destination.write(batch, signal));
    const writing: { readonly batch: readonly Change[]; readonly outcome: Promise<Outcome> }[] = [];
    let stopped: ExternalError | undefined;
    const settle = async () => {
      const { batch, outcome } = writing.shift()!;
      stopped = (await progress.take(batch, await outcome)) ?? stopped;
      context.progress({ percent: (100 * progress.done) / detected.count });
      await progress.save();
    };
    try {
      let from = progress.done;
      for await (const batch of batchesOf(changesOf(context), from, Math.min(batchSize.max, MOST_ROWS))) {
        // Until a batch has been written, a failure leaves the destination as it is; the last one says that all are there.
        const isAlone = progress.done === 0 || from + batch.length >= detected.count;
        while (writing.length > (isAlone ? 0 : atOnce - 1)) await settle();
        writing.push({ batch, outcome: stopped ? Promise.resolve({ error: stopped }) : write(batch, from) });
        from += batch.length;
      }
      while (writing.length > 0) await settle();
    } finally {
      await Promise.all(writing.map(({ outcome }) => outcome));
    }
    await progress.save({ now: true });
    return progress.result();
  };

/** What `detect` found, in the order in which it is written. */
async function* changesOf(context: Context): AsyncGenerator<readonly Change[]> {
  const { blobs, output } = context;
  const { changes, rowsWithout } = output('detect');
  if (rowsWithout) {
    const leftOut = new Set<number>();
    for await (const number of linesOf<number>(blobs, rowsWithout)) leftOut.add(number);
    const key = keyOf(context);
    let number = 0;
    for await (const rows of chunksOfLines<JsonObject>(blobs, output('query').rows)) {
      const taken = leftOut.size > 0 ? rows.filter(() => !leftOut.has(++number)) : rows;
      yield taken.map((data) => ({ key: key.map((name) => data[name]!), data }));
    }
  }
  yield* chunksOfLines<Change>(blobs, changes);
}

function batchWriter(context: Context, write: (batch: WriteBatch) => Promise<readonly RowResult[]>) {
  const { job, source, output } = context;
  const { mode } = destinationOf(context);
  const from = source.objects![0]!;
  const target = targetOf(destinationOf(context), from);
  const stream = streamOf(context, destinationOf(context), from);
  const key = keyOf(context);
  const { position: before } = output('query');
  const { changes, rowsWithout } = output('detect');
  return async (batch: readonly Change[], first: number): Promise<Outcome> => {
    const rows = batch.map(({ key: _, corrected, data, ...row }) => ({ ...row, data: corrected ?? data }));
    // Blobs are named by their content: the same rows of them are the same batch.
    const id = batchIdOf({ jobId: job.id, object: from, position: 'rows' }, first, [
      { changes, ...(rowsWithout && { rowsWithout, rows: output('query').rows }), count: rows.length },
    ]);
    const position = before === undefined ? undefined : { stream, number: before + first + rows.length, cursor: null };
    try {
      return { results: await write({ id, mode: mode!, object: target, key, ...(position && { position }), rows }) };
    } catch (error) {
      return { error };
    }
  };
}

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
  async take(changes: readonly Change[], outcome: Outcome): Promise<ExternalError | undefined> {
    if ('results' in outcome) {
      await this.#record(changes, outcome.results);
      return undefined;
    }
    const { error } = outcome;
    const { job, signal } = this.#context;
    signal.throwIfAborted();
    if (!(error instanceof ExternalError) || this.done === 0) throw error;
    const isLast = job.attempt > jobRetrySchedule.delaysMs.length;
    if (error.retryable && !isLast) {
      await this.save({ now: true });
      throw error;
    }
    const { code, message } = error;
    const refused: RowResult = { status: 'failed', code, message, retryable: true };
    await this.#record(
      changes,
      changes.map(() => refused),
    );
    return error;
  }

  async #record(changes: readonly Change[], results: readonly RowResult[]): Promise<void> {
    const tried = changes.map((change, at) => ({
      ...{ ...rowOf(this.#context, change), data: change.data, result: results[at]! },
      ...(change.action === 'delete' && { action: change.action }),
    }));
    await this.ledger.record(tried);
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

async function* batchesOf<T>(
  chunks: AsyncIterable<readonly T[]>,
  skip: number,
  size: number,
): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const chunk of chunks) {
    let at = Math.min(skip, chunk.length);
    skip -= at;
    while (at < chunk.length) {
      const part = chunk.slice(at, at + size - batch.length);
      at += part.length;
      batch = batch.length > 0 ? batch.concat(part) : part;
      if (batch.length < size) break;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

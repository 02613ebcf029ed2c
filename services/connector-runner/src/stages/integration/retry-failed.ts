import type { BlobId } from '@tidemark/blob-store';
import type { RowResult } from '@tidemark/connector-sdk';
import { StageFailed, type IntegrationPipeline, type StageContext } from '@tidemark/pipelines';
import { ExternalError } from '@tidemark/resilience';
import { jobRetrySchedule } from '@tidemark/resilience/retry-schedule';
import { keyText } from '@tidemark/record-store';
import { linesOf } from '../lines.js';
import { afterPage, type RetriedRow, type Sink } from './sink.js';
import type { SyncState } from './sync-state.js';

const BATCH = 500;
/** Stands for the rows among the parts of the job. */
const PART = '(failed rows)';

/** Writes rows that were refused before, and nothing else. A successor writes the same batches again. */
export async function retryFailed(
  context: StageContext<IntegrationPipeline>,
  sinks: readonly Sink[],
  state: SyncState,
  rows: BlobId,
): Promise<void> {
  if (state.ended[PART]) return;
  if (!state.open[PART]) state.begin(PART, { pages: 0, records: 0 });
  const { records: done = 0 } = state.open[PART]!;
  for await (const batch of batchesOf(linesOf<RetriedRow>(context.blobs, rows), done)) {
    const results = await retry(context, sinks, state.open[PART]!.records!, batch);
    const { destination, object } = batch[0]!;
    for (const [at, result] of results.entries())
      if (result.status === 'failed') {
        const { code, message, field } = result;
        const { key, data } = batch[at]!;
        const row = { objectType: object, externalId: keyText(key), destination, ...(field && { field }) };
        state.errors.add({ ...row, code, message, data });
      }
    state.sinks[destination] = afterPage(state.sinks[destination], results);
    state.count(results);
    const { pages, records = 0 } = state.open[PART]!;
    state.begin(PART, { pages: pages + 1, records: records + batch.length });
    context.progress({ counts: { ...state.counts } });
    await state.save();
  }
  state.end(PART, { pages: state.open[PART]!.pages });
  await state.save({ now: true });
}

async function retry(
  { job, signal }: StageContext<IntegrationPipeline>,
  sinks: readonly Sink[],
  from: number,
  batch: readonly RetriedRow[],
): Promise<readonly RowResult[]> {
  const { destination, object } = batch[0]!;
  const sink = sinks.find(({ name }) => name === destination);
  if (!sink?.retry) return batch.map(() => ({ status: 'skipped' }));
  try {
    return await sink.retry({ object, jobId: job.id, position: `failed:${from}` }, batch, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExternalError)) throw error;
    const { code, message, retryable } = error;
    if (retryable && job.attempt <= jobRetrySchedule.delaysMs.length) throw StageFailed.from(error);
    return batch.map(() => ({ status: 'failed', code, message, retryable }));
  }
}

/** Consecutive rows of one object and destination, behind those that are done. */
async function* batchesOf(rows: AsyncIterable<RetriedRow>, skip: number): AsyncGenerator<readonly RetriedRow[]> {
  let batch: RetriedRow[] = [];
  let at = 0;
  for await (const row of rows) {
    if (at++ < skip) continue;
    const [first = row] = batch;
    const isOther = first.object !== row.object || first.destination !== row.destination;
    if (isOther || batch.length === BATCH) {
      yield batch;
      batch = [];
    }
    batch.push(row);
  }
  if (batch.length > 0) yield batch;
}

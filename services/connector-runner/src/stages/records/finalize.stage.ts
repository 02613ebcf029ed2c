import type { BlobId } from '@tidemark/blob-store';
import type { RecordsCursor, RecordsPipeline, Stage } from '@tidemark/pipelines';
import type { FailedRows } from '@tidemark/record-store';
import type { Comparison } from '@tidemark/row-diff';
import { scopeOf } from '../row-ledger.js';
import { type Context, baseline, comparisonOf, complete, destinationOf, isAnew, snapshotBefore } from './comparison.js';
import { failedRowKeys, type RowKey } from './keys.js';
import { linesOf } from '../lines.js';
import { positionsAfter } from './restored.js';

/** Commits the snapshot of what is in the destination: rows that failed or were held back stay as they were. */
export const finalizeStage =
  (failedRows: FailedRows): Stage<RecordsPipeline, 'finalize'> =>
  async (context) => {
    const { output, counts, job, parameters } = context;
    const { name } = destinationOf(context);
    await failedRows.keepDestinations(scopeOf(job), [name]);
    // What was not offered is in the destination, or gone from the source: so is what an older store still lists.
    if (!output('detect').hasUnusable)
      await failedRows.settleUntried(scopeOf(job), job.id, { destination: name, ...parameters.only });
    const snapshot = await committed(context);
    const cursor: RecordsCursor = { snapshot, ...failedOf(context), ...(await positionsAfter(context, snapshot)) };
    const finish = counts.failed > 0 ? 'completed_with_errors' : output('detect').count === 0 ? 'unchanged' : undefined;
    return { output: {}, cursor, ...(finish && { finish }) };
  };

const failedOf = ({ output }: Context) => {
  const { failed } = output('write');
  return failed ? { failed } : {};
};

/** @returns the new snapshot; the one before where that alone knows which rows have still to be deleted */
async function committed(context: Context): Promise<BlobId> {
  const { artefacts, output } = context;
  const before = snapshotBefore(context);
  const isLeft = output('detect').isGoneUnknown || output('write').hasUndeleted;
  if (isAnew(context) && isLeft && before) return before;
  await using comparison = artefacts.take(complete) ?? (await comparedAgain(context));
  return (await comparison.commit(leftOut(context))).id;
}

/** In another process than `detect`: the same rows have the same differences. */
async function comparedAgain(context: Context): Promise<Comparison> {
  const comparison = await comparisonOf(context, baseline(context));
  while (!(await comparison.next()).done);
  return comparison;
}

async function* leftOut({ blobs, output }: Context): AsyncGenerator<RowKey> {
  yield* failedRowKeys(blobs, output('write').failed);
  yield* linesOf<RowKey>(blobs, output('detect').held);
}

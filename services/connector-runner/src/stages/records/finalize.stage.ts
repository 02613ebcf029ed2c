import type { RecordsCursor, RecordsPipeline, Stage } from '@tidemark/pipelines';
import type { Comparison } from '@tidemark/row-diff';
import { type Context, baseline, comparisonOf, complete } from './comparison.js';
import { failedRowKeys, type RowKey } from './keys.js';
import { linesOf } from './lines.js';

/** Commits the snapshot of what is in the destination: rows that failed or were held back stay as they were. */
export const finalizeStage: Stage<RecordsPipeline, 'finalize'> = async (context) => {
  const { artefacts, output, counts } = context;
  const { failed } = output('write');
  await using comparison = artefacts.take(complete) ?? (await comparedAgain(context));
  const { id } = await comparison.commit(leftOut(context));
  const cursor: RecordsCursor = { snapshot: id, ...(failed && { failed }) };
  const finish = counts.failed > 0 ? 'completed_with_errors' : output('detect').count === 0 ? 'unchanged' : undefined;
  return { output: {}, cursor, ...(finish && { finish }) };
};

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

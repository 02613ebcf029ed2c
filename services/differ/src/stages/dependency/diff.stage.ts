import { tally } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation';
import { OutOfMemoryError } from '@tidemark/openapi-diff/threads';
import { StageFailed, type DependencyPipeline, type Stage } from '@tidemark/pipelines';
import { compareSnapshots } from '../../comparison/compare-snapshots.js';
import { keepChanges } from './found-changes.js';
import { snapshotOf } from './snapshot.js';

/** Compares the new snapshot with the one before it. */
export const diffStage: Stage<DependencyPipeline, 'diff'> = async (context) => {
  const { snapshotId, canonicalBlob, previous } = snapshotOf(context);
  if (!previous) return { output: { baseline: true } };
  const at = context.now();
  const found = await compareSnapshots(context.blobs, previous.canonicalBlob, canonicalBlob, at, context.signal).catch(
    outOfMemory,
  );
  const changes = found.map((change) => ({ ...change, id: uuidv5('change', snapshotId, change.changeId) }));
  const { id: changesBlob } = await context.blobs.put(JSON.stringify(changes));
  keepChanges(context, changes);
  return { output: { baseline: false, changesBlob, total: changes.length, bySeverity: tally(changes), at } };
};

function outOfMemory(error: unknown): never {
  if (!(error instanceof OutOfMemoryError)) throw error;
  throw new StageFailed(error.code, error.message, { retryable: error.retryable, cause: error });
}

import type { DependencyPipeline, Stage } from '@tidemark/pipelines';
import { compareSnapshots } from '../../comparison/compare-snapshots.js';
import { keepChanges, threadOf } from './found-changes.js';
import { snapshotOf } from './snapshot.js';

/** Compares the new snapshot with the one before it. */
export const diffStage: Stage<DependencyPipeline, 'diff'> = async (context) => {
  const { snapshotId, canonicalBlob, previous } = snapshotOf(context);
  if (!previous) return { output: { baseline: true } };
  const at = context.now();
  const sides = { before: previous.canonicalBlob, after: canonicalBlob };
  const ids = ['change', snapshotId];
  const { changes, total, bySeverity } = await compareSnapshots(context.blobs, sides, at, threadOf(context), ids);
  const { id: changesBlob } = await context.blobs.put(changes);
  keepChanges(context, changes);
  return { output: { baseline: false, changesBlob, total, bySeverity, at } };
};

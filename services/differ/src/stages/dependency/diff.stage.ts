import { BlobCorrupt, BlobNotFound } from '@tidemark/blob-store';
import type { DependencyPipeline, Stage } from '@tidemark/pipelines';
import { counter } from '@tidemark/telemetry';
import { compareSnapshots } from '../../comparison/compare-snapshots.js';
import { keepChanges, threadOf } from './found-changes.js';
import { snapshotOf } from './snapshot.js';

const lostSnapshots = counter(
  'tidemark_snapshots_lost_total',
  'Previous snapshots whose document is missing or damaged',
);

/**
 * Compares the new snapshot with the one before it. When that one's document was lost from the blob store, the new one
 * is a baseline, as the first one was.
 */
export const diffStage: Stage<DependencyPipeline, 'diff'> = async (context) => {
  const { snapshotId, canonicalBlob, previous } = snapshotOf(context);
  if (!previous) return { output: { baseline: true } };
  const at = context.now();
  const sides = { before: previous.canonicalBlob, after: canonicalBlob };
  const ids = ['change', snapshotId];
  const found = await compareSnapshots(context.blobs, sides, at, threadOf(context), ids).catch((error: unknown) => {
    if (isLost(error) && error.id === previous.canonicalBlob && error.id !== canonicalBlob) return error;
    throw error;
  });
  if (found instanceof Error) {
    lostSnapshots.add(1, { code: found.code });
    return { output: { baseline: true, lost: { snapshotId: previous.snapshotId, code: found.code } } };
  }
  const { changes, total, bySeverity } = found;
  const { id: changesBlob } = await context.blobs.put(changes);
  keepChanges(context, changes);
  return { output: { baseline: false, changesBlob, total, bySeverity, at } };
};

const isLost = (error: unknown): error is BlobNotFound | BlobCorrupt =>
  error instanceof BlobNotFound || error instanceof BlobCorrupt;

import { BlobCorrupt, BlobNotFound } from '@tidemark/blob-store';
import { tally } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation';
import { OutOfMemoryError } from '@tidemark/openapi-diff/threads';
import { StageFailed, type DependencyPipeline, type Stage } from '@tidemark/pipelines';
import { counter } from '@tidemark/telemetry';
import { compareSnapshots } from '../../comparison/compare-snapshots.js';
import { keepChanges } from './found-changes.js';
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
  const found = await compareSnapshots(context.blobs, previous.canonicalBlob, canonicalBlob, at, context.signal).catch(
    (error: unknown) => {
      if (isLost(error) && error.id === previous.canonicalBlob && error.id !== canonicalBlob) return error;
      return outOfMemory(error);
    },
  );
  if (found instanceof Error) {
    lostSnapshots.add(1, { code: found.code });
    return { output: { baseline: true, lost: { snapshotId: previous.snapshotId, code: found.code } } };
  }
  const changes = found.map((change) => ({ ...change, id: uuidv5('change', snapshotId, change.changeId) }));
  const { id: changesBlob } = await context.blobs.put(JSON.stringify(changes));
  keepChanges(context, changes);
  return { output: { baseline: false, changesBlob, total: changes.length, bySeverity: tally(changes), at } };
};

const isLost = (error: unknown): error is BlobNotFound | BlobCorrupt =>
  error instanceof BlobNotFound || error instanceof BlobCorrupt;

function outOfMemory(error: unknown): never {
  if (!(error instanceof OutOfMemoryError)) throw error;
  throw new StageFailed(error.code, error.message, { retryable: error.retryable, cause: error });
}

import type { DependencyCursor, DependencyPipeline, Stage } from '@tidemark/pipelines';
import { fetched } from './artefacts.js';
import { readCursor } from './cursor.js';
import { snapshotIdOf } from './snapshot-id.js';

/** Decides whether there is a new snapshot: only when the content differs from the previous one, regardless of its notation. */
export const snapshotStage: Stage<DependencyPipeline, 'snapshot'> = async (context) => {
  const { rawBlob, bytes, source } = fetched(context);
  const { format, specVersion } = context.output('parse');
  const { canonicalBlob, contentHash, title, apiVersion, operations } = context.output('normalize');
  const before = readCursor(context.cursor);
  const counts = { total: operations, processed: operations };
  if (before?.contentHash === contentHash) {
    const { snapshotId } = before;
    const output = { unchanged: true, snapshotId, contentHash } as const;
    return { output, counts, finish: 'unchanged', cursor: { ...before, ...source } };
  }
  const snapshotId = snapshotIdOf(context.job.id);
  const previous = before && {
    snapshotId: before.snapshotId,
    canonicalBlob: before.canonicalBlob,
    contentHash: before.contentHash,
  };
  const cursor: DependencyCursor = { snapshotId, canonicalBlob, contentHash, operations, ...source };
  const content = { canonicalBlob, contentHash, rawBlob, bytes, title, apiVersion, specVersion, format, operations };
  return { output: { snapshotId, previous, ...content }, counts, cursor };
};

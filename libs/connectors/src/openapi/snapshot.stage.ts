import type { StageFunction } from '@tidemark/connector-sdk';
import { snapshotIdOf } from '../uuid5.js';
import { type FetchOutput, type NormalizeOutput, outputOf, type ParseOutput } from './artefacts.js';
import { type OpenapiCursor, readCursor } from './cursor.js';

/** Decides whether there is a new snapshot: only when the content differs from the one before, however it is written. */
export const snapshotStage: StageFunction = async (context) => {
  const { rawBlob, bytes, source } = outputOf<FetchOutput>(context, 'fetch');
  const { format, specVersion } = outputOf<ParseOutput>(context, 'parse');
  const { canonicalBlob, contentHash, title, apiVersion, operations } = outputOf<NormalizeOutput>(context, 'normalize');
  const before = readCursor(context.cursor);
  const counts = { total: operations, processed: operations };
  if (before?.contentHash === contentHash) {
    const { snapshotId } = before;
    const output = { unchanged: true, snapshotId, contentHash };
    return { output, counts, finish: 'unchanged', cursor: { ...before, ...source } };
  }
  const snapshotId = snapshotIdOf(context.jobId);
  const previous = before && {
    snapshotId: before.snapshotId,
    canonicalBlob: before.canonicalBlob,
    contentHash: before.contentHash,
  };
  const cursor: OpenapiCursor = { snapshotId, canonicalBlob, contentHash, operations, ...source };
  const content = { canonicalBlob, contentHash, rawBlob, bytes, title, apiVersion, specVersion, format, operations };
  return { output: { snapshotId, previous, ...content }, counts, cursor };
};

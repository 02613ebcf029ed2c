import { readBlob, type BlobId } from '@tidemark/blob-store';
import type { ThreadOptions } from '@tidemark/openapi-diff/threads';
import { artefact, type DependencyPipeline, type StageContext } from '@tidemark/pipelines';

const CHANGES = artefact<Uint8Array>('dependency.changes');

type Context = StageContext<DependencyPipeline>;

/** What a job's documents are compared in. */
export const threadOf = ({ job, signal }: Context): ThreadOptions => ({ tenant: job.tenant, signal });

/** Passes the changes to the next stages in this process. */
export const keepChanges = ({ artefacts }: Context, changes: Uint8Array) => artefacts.set(CHANGES, changes);

/** The changes found by the diff stage as JSON, RecordedChange[]: from memory, else from the blob. */
export async function foundChanges(
  context: Context,
  { changesBlob }: { readonly changesBlob: BlobId },
): Promise<Uint8Array> {
  const changes = context.artefacts.get(CHANGES) ?? (await readBlob(context.blobs, changesBlob));
  keepChanges(context, changes);
  return changes;
}

import { readJson, type BlobId } from '@tidemark/blob-store';
import { artefact, type DependencyPipeline, type StageContext } from '@tidemark/pipelines';
import type { RecordedChange } from '../../change-set/change-set.events.js';

const CHANGES = artefact<readonly RecordedChange[]>('dependency.changes');

/** Passes the changes to the next stages in this process. */
export const keepChanges = ({ artefacts }: StageContext<DependencyPipeline>, changes: readonly RecordedChange[]) =>
  artefacts.set(CHANGES, changes);

/** The changes found by the diff stage: from memory, else from the blob. */
export async function foundChanges(
  context: StageContext<DependencyPipeline>,
  { changesBlob }: { readonly changesBlob: BlobId },
): Promise<readonly RecordedChange[]> {
  const changes = context.artefacts.get(CHANGES) ?? (await readJson<RecordedChange[]>(context.blobs, changesBlob));
  keepChanges(context, changes);
  return changes;
}

import { readJson, type BlobId } from '@tidemark/blob-store';
import { artefact, type DependencyPipeline, type StageContext } from '@tidemark/pipelines';
import type { RecordedChange } from '../../change-set/change-set.events.js';

const CHANGES = artefact<readonly RecordedChange[]>('dependency.changes');

/** Hands the changes to the stages that follow in this process. */
export const keepChanges = ({ artefacts }: StageContext<DependencyPipeline>, changes: readonly RecordedChange[]) =>
  artefacts.set(CHANGES, changes);

/** What the diff stage found: from memory, else from the blob. */
export async function foundChanges(
  context: StageContext<DependencyPipeline>,
  { changesBlob }: { readonly changesBlob: BlobId },
): Promise<readonly RecordedChange[]> {
  const changes = context.artefacts.get(CHANGES) ?? (await readJson<RecordedChange[]>(context.blobs, changesBlob));
  keepChanges(context, changes);
  return changes;
}

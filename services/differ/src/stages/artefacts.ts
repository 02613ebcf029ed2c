import { readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { Leg } from '@tidemark/leg-runner';
import type { RecordedChange } from '../change-set/change-set.events.js';

/** What the snapshot stage of a dependency's pipeline leaves, as far as the differ needs it. */
export interface SnapshotOutput {
  readonly snapshotId: string;
  readonly canonicalBlob: BlobId;
  /** The snapshot before it; null for the baseline. */
  readonly previous: { readonly snapshotId: string; readonly canonicalBlob: BlobId } | null;
}

/** What the diff stage leaves. A baseline has no changes to tell. */
export type DiffOutput =
  | { readonly baseline: true }
  | {
      readonly baseline: false;
      /** JSON: RecordedChange[] */
      readonly changesBlob: BlobId;
      readonly total: number;
      readonly bySeverity: Readonly<Record<string, number>>;
      /** When the changes were found, milliseconds since the epoch. */
      readonly at: number;
    };

/** The checkpointed output of an earlier stage. @throws Error when the pipeline has no such stage before this one */
export function outputOf<T>({ outputs }: Leg, stage: string): T {
  const output = outputs[stage];
  if (!output) throw new Error(`the output of stage ${stage} is missing`);
  return output as unknown as T;
}

const CHANGES = 'changes';

/** Hands the changes to the stages behind in this process. */
export const keepChanges = (leg: Leg, changes: readonly RecordedChange[]) => void leg.artefacts.set(CHANGES, changes);

/** What the diff stage found: from memory, else from the blob. */
export async function changesOf(
  leg: Leg,
  blobs: BlobStore,
  { changesBlob }: { readonly changesBlob: BlobId },
): Promise<readonly RecordedChange[]> {
  const known = leg.artefacts.get(CHANGES) as readonly RecordedChange[] | undefined;
  const changes = known ?? (await readJson<RecordedChange[]>(blobs, changesBlob));
  keepChanges(leg, changes);
  return changes;
}

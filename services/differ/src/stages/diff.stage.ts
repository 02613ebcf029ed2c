import type { BlobStore } from '@tidemark/blob-store';
import { tally } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/event-store';
import type { Leg, StageOutcome } from '@tidemark/leg-runner';
import { compareSnapshots } from '../comparison/compare-snapshots.js';
import { keepChanges, outputOf, type DiffOutput, type SnapshotOutput } from './artefacts.js';

/** Compares the new snapshot with the one before it. */
export async function diffStage(leg: Leg, blobs: BlobStore, now: () => number): Promise<StageOutcome> {
  const { snapshotId, canonicalBlob, previous } = outputOf<SnapshotOutput>(leg, 'snapshot');
  if (!previous) return { output: { baseline: true } satisfies DiffOutput };
  const at = now();
  const found = await compareSnapshots(blobs, previous.canonicalBlob, canonicalBlob, at, leg.signal);
  const changes = found.map((change) => ({ ...change, id: uuidv5('change', snapshotId, change.changeId) }));
  const { id: changesBlob } = await blobs.put(JSON.stringify(changes));
  const output: DiffOutput = { baseline: false, changesBlob, total: changes.length, bySeverity: tally(changes), at };
  keepChanges(leg, changes);
  return { output: { ...output } };
}

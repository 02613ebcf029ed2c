import type { BlobStore } from '@tidemark/blob-store';
import type { EventStore } from '@tidemark/event-store';
import type { Leg, StageOutcome } from '@tidemark/leg-runner';
import { currentTraceparent } from '@tidemark/telemetry';
import { recordChanges } from '../change-set/change-set.js';
import { changesOf, outputOf, type DiffOutput, type SnapshotOutput } from './artefacts.js';

/** Records the changes that the diff stage found. */
export async function persistStage(leg: Leg, blobs: BlobStore, eventStore: EventStore): Promise<StageOutcome> {
  const { snapshotId, previous } = outputOf<SnapshotOutput>(leg, 'snapshot');
  const diff = outputOf<DiffOutput>(leg, 'diff');
  if (diff.baseline || !previous) return { output: { recorded: 0 } };
  const changes = await changesOf(leg, blobs, diff);
  const { tenant, connectionId, jobId, correlationId } = leg;
  const about = { tenant, connectionId, jobId, snapshotId, previousSnapshotId: previous.snapshotId, at: diff.at };
  await recordChanges(eventStore, { ...about, changes }, { correlationId, traceparent: currentTraceparent() });
  return { output: { recorded: changes.length } };
}

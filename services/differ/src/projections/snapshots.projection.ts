import { views, type SnapshotDocument, type StageCompleted } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import { instantOf } from '@tidemark/foundation';
import { isUnchanged, type SnapshotOutput } from '@tidemark/pipelines';
import type { Projection } from '@tidemark/read-model';

/** One document a snapshot, from the checkpoint of the stage that took it. */
export const snapshotsProjection: Projection<SnapshotDocument> = {
  ...views.snapshots,
  categories: ['job'],
  keys: (event) => {
    const taken = takenBy(event);
    return taken ? [taken.snapshotId] : [];
  },
  evolve(document, event, id) {
    const taken = takenBy(event);
    if (!taken) return document;
    const { snapshotId: _, previous, ...content } = taken;
    return {
      ...content,
      id,
      tenant: event.metadata.tenant ?? '',
      connectionId: (event.data as StageCompleted['data']).connectionId,
      jobId: event.stream.slice('job-'.length),
      previousId: previous?.snapshotId ?? null,
      takenAt: instantOf(event.recordedAt),
    };
  },
};

function takenBy({ type, data }: RecordedEvent): SnapshotOutput | undefined {
  if (type !== 'StageCompleted') return undefined;
  const { stage, output } = data as StageCompleted['data'];
  return stage === 'snapshot' && !isUnchanged(output) ? (output as object as SnapshotOutput) : undefined;
}

import { jobStream, views, type JobEvent, type SnapshotDocument } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import { isUnchanged, type SnapshotOutput } from '@tidemark/pipelines';
import type { Projection } from '@tidemark/read-model';

/** One document per snapshot, from the checkpoint of the stage that took it. */
export const snapshotsProjection: Projection<SnapshotDocument, JobEvent> = {
  ...views.snapshots,
  streams: [jobStream],
  keys: (event) => {
    const taken = takenBy(event);
    return taken ? [taken.snapshotId] : [];
  },
  evolve(document, event, id) {
    const taken = takenBy(event);
    if (!taken || event.type !== 'StageCompleted') return document;
    const { snapshotId: _, previous, ...content } = taken;
    return {
      ...content,
      id,
      tenant: event.metadata.tenant ?? '',
      connectionId: event.data.connectionId,
      jobId: jobStream.idOf(event.stream),
      previousId: previous?.snapshotId ?? null,
      takenAt: instantOf(event.recordedAt),
    };
  },
};

function takenBy(event: JobEvent): SnapshotOutput | undefined {
  if (event.type !== 'StageCompleted') return undefined;
  const { stage, output } = event.data;
  return stage === 'snapshot' && !isUnchanged(output) ? (output as object as SnapshotOutput) : undefined;
}

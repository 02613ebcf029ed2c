import { jobStream } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';

/** One snapshot, from the checkpoint of its stage. */
export interface SnapshotFact {
  readonly jobId: string;
  readonly snapshotId: string;
  readonly contentHash: string;
  readonly previousId: string | null;
}

/** The history, read from the log alone. */
export class History {
  constructor(readonly log: readonly RecordedEvent[]) {}

  ofType<D = Record<string, never>>(type: string, connectionId?: string): (RecordedEvent & { readonly data: D })[] {
    const about = (event: RecordedEvent) =>
      event.stream === `connection-${connectionId}` ||
      (event.data as { connectionId?: string }).connectionId === connectionId;
    return this.log.filter((event) => event.type === type && (connectionId === undefined || about(event))) as never;
  }

  ofJob(jobId: string): RecordedEvent[] {
    return this.log.filter(({ stream }) => stream === `job-${jobId}`);
  }

  /** The stages that were checkpointed, in order, repeated ones repeatedly. */
  stagesOf(jobId: string): string[] {
    return this.ofJob(jobId)
      .filter(({ type }) => type === 'StageCompleted')
      .map(({ data }) => (data as { stage: string }).stage);
  }

  /** The connection's snapshots in the order in which they were taken. */
  snapshotsOf(connectionId: string): SnapshotFact[] {
    type Completed = { stage: string; output: Record<string, unknown> & { previous?: { snapshotId: string } } };
    return this.ofType<Completed>('StageCompleted', connectionId)
      .filter(({ data: { stage, output } }) => stage === 'snapshot' && !output['unchanged'])
      .map(({ stream, data: { output } }) => ({
        jobId: jobStream.idOf(stream),
        snapshotId: output['snapshotId'] as string,
        contentHash: output['contentHash'] as string,
        previousId: output.previous?.snapshotId ?? null,
      }));
  }

  /** Changes recorded between a snapshot and the one before it, by the id of the one before. */
  changesOf(snapshotId: string): { readonly previousId: string; readonly ids: string[] }[] {
    type Recorded = { previousSnapshotId: string; changes: { id: string }[] };
    return this.log
      .filter(({ stream, type }) => stream === `changes-${snapshotId}` && type === 'ChangesRecorded')
      .map(({ data }) => data as Recorded)
      .map(({ previousSnapshotId, changes }) => ({ previousId: previousSnapshotId, ids: changes.map(({ id }) => id) }));
  }

  /** The snapshot in the connection's cursor. */
  cursorOf(connectionId: string): string | undefined {
    type Ended = { cursor?: { snapshotId: string } };
    return this.ofType<Ended>('SyncEnded', connectionId).findLast(({ data }) => data.cursor)?.data.cursor!.snapshotId;
  }
}

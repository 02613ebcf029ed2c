import type { ChangeDocument } from '@tidemark/contracts';

/** One change as it is recorded; the rest of a ChangeDocument stands once in the event. */
export type RecordedChange = Omit<
  ChangeDocument,
  'tenant' | 'connectionId' | 'jobId' | 'snapshotId' | 'previousSnapshotId' | 'detectedAt'
>;

/** A batch of the changes between two snapshots, in the comparison's order. */
export interface ChangesRecorded {
  readonly type: 'ChangesRecorded';
  readonly data: {
    readonly tenant: string;
    readonly connectionId: string;
    readonly jobId: string;
    readonly snapshotId: string;
    readonly previousSnapshotId: string;
    readonly changes: readonly RecordedChange[];
    /** Milliseconds since the epoch. */
    readonly at: number;
  };
}

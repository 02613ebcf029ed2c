import { stream, type ChangeDocument, type Fact } from '@tidemark/contracts';

/** One change as recorded; the rest of a ChangeDocument is stored once per event. */
export type RecordedChange = Omit<
  ChangeDocument,
  'tenant' | 'connectionId' | 'jobId' | 'snapshotId' | 'previousSnapshotId' | 'detectedAt'
>;

/** A batch of the changes between two snapshots, in the comparison's order. */
export type ChangesRecorded = Fact<
  'ChangesRecorded',
  {
    readonly tenant: string;
    readonly connectionId: string;
    readonly jobId: string;
    readonly snapshotId: string;
    readonly previousSnapshotId: string;
    readonly changes: readonly RecordedChange[];
  }
>;

/** The first events named one operation of a change at most. */
type FirstChange = Omit<RecordedChange, 'operations'> & Partial<Pick<RecordedChange, 'operations'>>;
type FirstRecorded = Omit<ChangesRecorded['data'], 'changes'> & { readonly changes: readonly FirstChange[] };

const withOperations = (change: FirstChange): RecordedChange => {
  const { operation, operations = operation === null ? [] : [operation] } = change;
  return { ...change, operations };
};

/** `changes-<snapshot id>` */
export const changeSetStream = stream<ChangesRecorded>(
  'changes',
  { ChangesRecorded: true },
  {
    upcast: {
      ChangesRecorded: (data: FirstRecorded) => ({ ...data, changes: data.changes.map(withOperations) }),
    },
  },
);

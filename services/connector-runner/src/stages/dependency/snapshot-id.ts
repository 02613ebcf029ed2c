import { uuidv5In } from '@tidemark/foundation';

/** UUID name space of snapshots: part of every stored snapshot id, so it never changes. */
const SNAPSHOTS = Buffer.from('8d0fd5f7a6be4f0c9c1f3f1d5c0b7a21', 'hex');

/** The id of a job's snapshot: derived from the job, so that a stage that runs again creates no second one. */
export const snapshotIdOf = (jobId: string): string => uuidv5In(SNAPSHOTS, jobId);

import type { Leg, StageOutcome } from '@tidemark/leg-runner';
import { outputOf, type DiffOutput, type SnapshotOutput } from './artefacts.js';

/** Tells, as the event ChangesDetected of the job, what there is to be alerted of; nothing when nothing changed. */
export async function alertStage(leg: Leg): Promise<StageOutcome> {
  const { snapshotId, previous } = outputOf<SnapshotOutput>(leg, 'snapshot');
  const diff = outputOf<DiffOutput>(leg, 'diff');
  if (diff.baseline || !previous || diff.total === 0) return { output: { alerted: false } };
  const changes = { snapshotId, previousSnapshotId: previous.snapshotId, bySeverity: diff.bySeverity };
  return { output: { alerted: true }, changes };
}

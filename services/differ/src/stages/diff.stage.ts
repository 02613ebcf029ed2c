import { readJson, type BlobStore } from '@tidemark/blob-store';
import { severities } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/event-store';
import type { Leg, StageOutcome } from '@tidemark/leg-runner';
import { compare, type CanonicalApi, type Change } from '@tidemark/openapi-diff';
import type { RecordedChange } from '../change-set/change-set.events.js';
import { outputOf, type DiffOutput, type SnapshotOutput } from './artefacts.js';

/** Compares the new snapshot with the one before it. */
export async function diffStage(leg: Leg, blobs: BlobStore, now: () => number): Promise<StageOutcome> {
  const { snapshotId, canonicalBlob, previous } = outputOf<SnapshotOutput>(leg, 'snapshot');
  if (!previous) return { output: { baseline: true } satisfies DiffOutput };
  const before = await readJson<CanonicalApi>(blobs, previous.canonicalBlob);
  const after = await readJson<CanonicalApi>(blobs, canonicalBlob);
  const at = now();
  const changes = compare(before, after, { now: new Date(at) }).changes.map((change, order) =>
    recorded(snapshotId, change, order),
  );
  const { id: changesBlob } = await blobs.put(JSON.stringify(changes));
  const output: DiffOutput = { baseline: false, changesBlob, total: changes.length, bySeverity: tally(changes), at };
  leg.artefacts.set('changes', changes);
  return { output: { ...output } };
}

function recorded(snapshotId: string, change: Change, order: number): RecordedChange {
  const { id: changeId, rule, severity, operation, pointer, before, after, message } = change;
  return {
    id: uuidv5('change', snapshotId, changeId),
    changeId,
    rule,
    severity,
    operation: operation ? `${operation.method.toUpperCase()} ${operation.path}` : null,
    pointer,
    before: before ?? null,
    after: after ?? null,
    message,
    order,
  };
}

const tally = (changes: readonly RecordedChange[]) =>
  Object.fromEntries(
    severities.map((severity) => [severity, changes.filter((change) => change.severity === severity).length]),
  );

import type { BlobStore } from '@tidemark/blob-store';
import { CATALOGUE, tally, type IgnoreListDocument } from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import type { Leg, StageOutcome } from '@tidemark/leg-runner';
import { ignoredBy } from '@tidemark/openapi-diff';
import type { View } from '@tidemark/read-model';
import { currentTraceparent } from '@tidemark/telemetry';
import { tellSubscribers } from '../alerts/tell-subscribers.js';
import type { IgnoreLists } from '../commands/ignore-lists.js';
import { changesOf, outputOf, type DiffOutput, type SnapshotOutput } from './artefacts.js';

export interface AlertDeps {
  readonly blobs: BlobStore;
  readonly eventStore: EventStore;
  readonly ignoreLists: IgnoreLists;
  readonly ignoreListView: View<IgnoreListDocument>;
}

/**
 * Tells, as the event ChangesDetected of the job, what there is to be alerted of: what changed and is not ignored.
 * The changes of a provider are told to each of its subscribers as well.
 */
export async function alertStage(leg: Leg, deps: AlertDeps): Promise<StageOutcome> {
  const { snapshotId, previous } = outputOf<SnapshotOutput>(leg, 'snapshot');
  const diff = outputOf<DiffOutput>(leg, 'diff');
  if (diff.baseline || !previous || diff.total === 0) return { output: { alerted: false } };
  const { tenant, connectionId, jobId, correlationId, signal } = leg;
  const { eventStore, ignoreLists, ignoreListView } = deps;
  const changes = await changesOf(leg, deps.blobs, diff);
  const about = { snapshotId, previousSnapshotId: previous.snapshotId };
  const told =
    tenant === CATALOGUE &&
    (await tellSubscribers(
      { eventStore, ignoreLists: ignoreListView, signal },
      { ...about, providerId: connectionId, jobId, changes, at: diff.at },
      { correlationId, traceparent: currentTraceparent() },
    ));
  const ignored = ignoredBy(await ignoreLists.of(connectionId), new Date(diff.at));
  const left = changes.filter((change) => !ignored(change));
  const output = { alerted: left.length > 0, ignored: changes.length - left.length, ...(told !== false && { told }) };
  return left.length > 0 ? { output, changes: { ...about, bySeverity: tally(left) } } : { output };
}

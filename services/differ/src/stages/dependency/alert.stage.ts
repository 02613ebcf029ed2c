import { CATALOGUE, tally, type IgnoreListDocument } from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import { ignoredBy } from '@tidemark/openapi-diff';
import type { DependencyPipeline, Stage } from '@tidemark/pipelines';
import type { View } from '@tidemark/read-model';
import { currentTraceparent } from '@tidemark/telemetry';
import { notifySubscribers } from '../../alerts/notify-subscribers.js';
import type { IgnoreLists } from '../../verbs/ignore-lists.js';
import { foundChanges } from './found-changes.js';
import { snapshotOf } from './snapshot.js';

export interface AlertDeps {
  readonly eventStore: EventStore;
  readonly ignoreLists: IgnoreLists;
  readonly ignoreListView: View<IgnoreListDocument>;
}

/**
 * Reports, as the fact ChangesDetected, the changes that are not ignored. Each subscriber of a provider is notified of
 * the provider's changes as well.
 */
export const alertStage =
  ({ eventStore, ignoreLists, ignoreListView }: AlertDeps): Stage<DependencyPipeline, 'alert'> =>
  async (context) => {
    const { snapshotId, previous } = snapshotOf(context);
    const diff = context.output('diff');
    if (diff.baseline || !previous || diff.total === 0) return { output: { alerted: false } };
    const { id: jobId, tenant, connectionId, correlationId } = context.job;
    const changes = await foundChanges(context, diff);
    const about = { snapshotId, previousSnapshotId: previous.snapshotId };
    const told =
      tenant === CATALOGUE &&
      (await notifySubscribers(
        { eventStore, ignoreLists: ignoreListView, signal: context.signal },
        { ...about, providerId: connectionId, jobId, found: changes, at: diff.at },
        { correlationId, traceparent: currentTraceparent() },
      ));
    const ignored = ignoredBy(await ignoreLists.of(connectionId), new Date(diff.at));
    const left = changes.filter((change) => !ignored(change));
    const output = { alerted: left.length > 0, ignored: changes.length - left.length, ...(told !== false && { told }) };
    if (left.length === 0) return { output };
    return { output, facts: [{ type: 'ChangesDetected', data: { ...about, bySeverity: tally(left) } }] };
  };

import { CATALOGUE, type IgnoreListDocument } from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import { countLeft } from '@tidemark/openapi-diff/threads';
import type { DependencyPipeline, Stage } from '@tidemark/pipelines';
import type { View } from '@tidemark/read-model';
import { currentTraceparent } from '@tidemark/telemetry';
import { notifySubscribers } from '../../alerts/notify-subscribers.js';
import type { IgnoreLists } from '../../verbs/ignore-lists.js';
import { foundChanges, threadOf } from './found-changes.js';
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
        { ...about, providerId: connectionId, jobId, changes, bySeverity: diff.bySeverity, at: diff.at },
        { correlationId, traceparent: currentTraceparent() },
      ));
    const rules = await ignoreLists.of(connectionId);
    const [bySeverity = diff.bySeverity] =
      rules.length === 0 ? [] : await countLeft(changes, [rules], new Date(diff.at), threadOf(context));
    const left = Object.values(bySeverity).reduce((sum, count) => sum + count, 0);
    const output = { alerted: left > 0, ignored: diff.total - left, ...(told !== false && { told }) };
    if (left === 0) return { output };
    return { output, facts: [{ type: 'ChangesDetected', data: { ...about, bySeverity } }] };
  };

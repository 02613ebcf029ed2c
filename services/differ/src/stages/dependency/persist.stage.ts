import type { EventStore } from '@tidemark/event-store';
import { splitJson } from '@tidemark/openapi-diff/threads';
import type { DependencyPipeline, Stage } from '@tidemark/pipelines';
import { currentTraceparent } from '@tidemark/telemetry';
import { BATCH_BYTES, recordChanges } from '../../change-set/change-set.js';
import { foundChanges, threadOf } from './found-changes.js';
import { snapshotOf } from './snapshot.js';

/** Records the changes that the diff stage found. */
export const persistStage =
  (eventStore: EventStore): Stage<DependencyPipeline, 'persist'> =>
  async (context) => {
    const { snapshotId, previous } = snapshotOf(context);
    const diff = context.output('diff');
    if (diff.baseline || !previous) return { output: { recorded: 0 } };
    const batches = await splitJson(await foundChanges(context, diff), BATCH_BYTES, threadOf(context));
    const { id: jobId, tenant, connectionId, correlationId } = context.job;
    const about = { tenant, connectionId, jobId, snapshotId, previousSnapshotId: previous.snapshotId, at: diff.at };
    await recordChanges(eventStore, { ...about, batches }, { correlationId, traceparent: currentTraceparent() });
    return { output: { recorded: diff.total } };
  };

import { alertStream, differVerbs } from '@tidemark/contracts';
import { dependencyPipeline, implement, stageTable } from '@tidemark/pipelines';
import { defineService } from '@tidemark/platform';
import { messagesOf } from './alerts/outbox.js';
import { changesProjection } from './projections/changes.projection.js';
import { ignoreListsProjection } from './projections/ignore-lists.projection.js';
import { snapshotsProjection } from './projections/snapshots.projection.js';
import { alertStage } from './stages/dependency/alert.stage.js';
import { diffStage } from './stages/dependency/diff.stage.js';
import { persistStage } from './stages/dependency/persist.stage.js';
import { Comparisons } from './verbs/comparisons.js';
import { IgnoreLists } from './verbs/ignore-lists.js';
import { RecordedChanges } from './verbs/recorded-changes.js';
import { verbsOf } from './verbs/verbs.js';

/** Compares snapshots, records what changed, and notifies subscribers. */
export const differ = defineService({
  name: 'differ',
  ports: ['eventStore', 'broker', 'readModel', 'blobs'],
  settings: ['claimTimeoutMs', 'differConcurrency'],
  verbs: differVerbs,
  relay: { categories: [alertStream.category], map: messagesOf },
  projections: [snapshotsProjection, changesProjection, ignoreListsProjection],
  build({ adapters: { eventStore, readModel, blobs }, settings, clock: { now } }) {
    const ignoreLists = new IgnoreLists(eventStore, now);
    const ignoreListView = readModel.view(ignoreListsProjection);
    const recorded = new RecordedChanges(readModel.view(changesProjection), ignoreListView);
    const comparisons = new Comparisons(blobs, ignoreListView, now);
    const table = stageTable(
      implement(dependencyPipeline, 'differ', {
        diff: diffStage,
        persist: persistStage(eventStore),
        alert: alertStage({ eventStore, ignoreLists, ignoreListView }),
      }),
    );
    return {
      handlers: verbsOf({ blobs, ignoreLists, recorded, comparisons, now }),
      stages: { table, concurrency: settings.differConcurrency, ackWaitMs: settings.claimTimeoutMs },
    };
  },
});

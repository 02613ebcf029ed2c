import { alertStream, differVerbs } from '@tidemark/contracts';
import { LegRunner } from '@tidemark/leg-runner';
import { dependencyPipeline, implement, stageTable } from '@tidemark/pipelines';
import { serveOperations, serveVerbs, traced, type Adapters, type Logger, type Service } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import { messagesOf } from './alerts/outbox.js';
import { Comparisons } from './commands/comparisons.js';
import { IgnoreLists } from './commands/ignore-lists.js';
import { RecordedChanges } from './commands/recorded-changes.js';
import { verbsOf } from './messaging/verbs.js';
import { changesProjection } from './projections/changes.projection.js';
import { ignoreListsProjection } from './projections/ignore-lists.projection.js';
import { snapshotsProjection } from './projections/snapshots.projection.js';
import { alertStage } from './stages/dependency/alert.stage.js';
import { diffStage } from './stages/dependency/diff.stage.js';
import { persistStage } from './stages/dependency/persist.stage.js';

/** A comparison keeps the processor busy, and two large documents in memory: more at once would not be faster. */
const CONCURRENCY = 2;
/** Legs in work get this long to end; then they are given back. */
const STOP_WITHIN_MS = 2000;

const projections = [snapshotsProjection, changesProjection, ignoreListsProjection];

/** Starts a differ. Any number may run side by side. */
export async function startDiffer(
  adapters: Adapters,
  { claimTimeoutMs }: { readonly claimTimeoutMs: number },
  logger: Logger,
): Promise<Service> {
  const { broker, blobs, eventStore, readModel } = adapters;
  const ignoreLists = new IgnoreLists(eventStore, Date.now);
  const ignoreListView = readModel.view(ignoreListsProjection);
  const recorded = new RecordedChanges(readModel.view(changesProjection), ignoreListView);
  const comparisons = new Comparisons(blobs, ignoreListView, Date.now);
  const onError = (error: Error) => logger.error(error);
  const stages = stageTable(
    implement(dependencyPipeline, 'differ', {
      diff: diffStage,
      persist: persistStage(eventStore),
      alert: alertStage({ eventStore, ignoreLists, ignoreListView }),
    }),
  );
  const limits = { concurrency: CONCURRENCY, ackWaitMs: claimTimeoutMs };
  const runner = new LegRunner({ broker, blobs, stages, service: 'differ', ...limits });
  const projector = new Projector({ eventStore, readModel, projections, onError });
  projector.start();
  await runner.start();
  const running = await Promise.all([
    broker.relay({ name: 'differ', source: eventStore, categories: [alertStream.category], map: messagesOf, onError }),
    serveVerbs(traced(broker), differVerbs, verbsOf({ blobs, ignoreLists, recorded, comparisons })),
    serveOperations('differ', adapters, { projector, projections }),
  ]);
  return {
    async stop() {
      await Promise.all([...running.map((part) => part.stop()), runner.stop(STOP_WITHIN_MS)]);
      await projector.stop();
    },
  };
}

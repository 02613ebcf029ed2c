import {
  dependencyPipeline,
  implement,
  integrationPipeline,
  noopPipeline,
  stageTable,
  type StageTable,
} from '@tidemark/pipelines';
import type { HttpClient } from '@tidemark/resilience';
import { fetchStage } from './stages/dependency/fetch.stage.js';
import { normalizeStage } from './stages/dependency/normalize.stage.js';
import { parseStage } from './stages/dependency/parse.stage.js';
import { snapshotStage } from './stages/dependency/snapshot.stage.js';
import { finalizeStage } from './stages/integration/finalize.stage.js';
import { prepareStage } from './stages/integration/prepare.stage.js';
import { syncStage } from './stages/integration/sync.stage.js';

/** The stages that this service runs, by pipeline. `http`: guarded, without a credential and without retries. */
export const stagesWith = (http: HttpClient): StageTable =>
  stageTable(
    implement(dependencyPipeline, 'connector-runner', {
      fetch: fetchStage(http),
      parse: parseStage,
      normalize: normalizeStage,
      snapshot: snapshotStage,
    }),
    implement(integrationPipeline, 'connector-runner', {
      prepare: prepareStage,
      sync: syncStage,
      finalize: finalizeStage,
    }),
    implement(noopPipeline, 'connector-runner', { run: async () => ({ output: {} }) }),
  );

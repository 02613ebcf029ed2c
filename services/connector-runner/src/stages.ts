import {
  dependencyPipeline,
  implement,
  integrationPipeline,
  noopPipeline,
  recordsPipeline,
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
import type { SinkNeeds } from './stages/integration/sinks.js';
import { syncStage } from './stages/integration/sync.stage.js';
import { detectStage } from './stages/records/detect.stage.js';
import { finalizeStage as finalizeRecords } from './stages/records/finalize.stage.js';
import { queryStage } from './stages/records/query.stage.js';
import { writeStage } from './stages/records/write.stage.js';

export interface StageNeeds extends SinkNeeds {
  /** Guarded, without a credential and without retries. */
  readonly http: HttpClient;
}

/** The stages that this service runs, by pipeline. */
export const stagesWith = ({ http, ...needs }: StageNeeds): StageTable =>
  stageTable(
    implement(dependencyPipeline, 'connector-runner', {
      fetch: fetchStage(http),
      parse: parseStage,
      normalize: normalizeStage,
      snapshot: snapshotStage,
    }),
    implement(integrationPipeline, 'connector-runner', {
      prepare: prepareStage(needs.records),
      sync: syncStage(needs),
      finalize: finalizeStage(needs),
    }),
    implement(recordsPipeline, 'connector-runner', {
      query: queryStage(needs.maskingKey),
      detect: detectStage(needs.records.failedRows),
      write: writeStage(needs.records.failedRows),
      finalize: finalizeRecords(needs.records.failedRows),
    }),
    implement(noopPipeline, 'connector-runner', { run: async () => ({ output: {} }) }),
  );

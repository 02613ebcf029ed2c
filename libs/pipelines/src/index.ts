export { artefact, Artefacts, type Artefact } from './artefacts.js';
export * from './dependency/outputs.js';
export { dependencyPipeline, type DependencyPipeline } from './dependency/pipeline.js';
export { pipelineFor } from './for-connection.js';
export * from './integration/outputs.js';
export { integrationPipeline, type IntegrationPipeline } from './integration/pipeline.js';
export { noopPipeline } from './noop/pipeline.js';
export {
  definePipeline,
  type FactTypeOf,
  type MetricDefinition,
  type OutputsOf,
  type ParametersOf,
  type Pipeline,
  type PipelineConnection,
  type PipelineDefinition,
  type StageNameOf,
} from './pipeline.js';
export { pipelines, pipelinesOf, type Pipelines } from './pipelines.js';
export * from './records/outputs.js';
export { recordsPipeline, type RecordsPipeline } from './records/pipeline.js';
export { StageFailed, type StageFailedOptions } from './stage-failed.js';
export {
  implement,
  MAX_REPORT_BYTES,
  stageTable,
  type Connectors,
  type JobInfo,
  type Stage,
  type StageContext,
  type StageResult,
  type StageRow,
  type StageTable,
} from './stage.js';

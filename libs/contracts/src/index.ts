export * from './errors.js';
export * from './events/connection-events.js';
export * from './events/fact.js';
export * from './events/job-events.js';
export * from './events/push-events.js';
export * from './events/subscriber-events.js';
export * from './facts.js';
export { contextHeaders, contextOf, eventHeaders, originOf, type CommandContext, type Origin } from './headers.js';
export * from './providers.js';
export * from './relayed-event.js';
export * from './shapes/changes.js';
export {
  CompareSnapshots,
  Comparison,
  RenderComparison,
  RenderedComparison,
  reportFormats,
  ReportNames,
  type ReportFormat,
} from './shapes/comparison.js';
export * from './shapes/connection-objects.js';
export * from './shapes/connection-requests.js';
export * from './shapes/connection.js';
export * from './shapes/mapping.js';
export * from './shapes/credentials.js';
export * from './shapes/dead-letters.js';
export * from './shapes/differ-queries.js';
export * from './shapes/dry-run.js';
export * from './shapes/error.js';
export * from './shapes/failed-rows.js';
export * from './shapes/ignore-rules.js';
export * from './shapes/job-requests.js';
export * from './shapes/job.js';
export * from './shapes/operations.js';
export * from './shapes/pipeline.js';
export * from './shapes/progress.js';
export * from './shapes/preview.js';
export * from './shapes/pushes.js';
export * from './shapes/records.js';
export * from './shapes/row-error.js';
export * from './shapes/snapshot.js';
export * from './shapes/work.js';
export * from './stream.js';
export * from './streams.js';
export * from './subjects.js';
export * from './subscribers.js';
export * from './verbs/connector-runner.js';
export * from './verbs/differ.js';
export * from './verbs/job-coordinator.js';
export * from './verbs/operations.js';
export * from './verbs/services.js';
export * from './verbs/verb.js';
export * from './views.js';

export {
  type AuthKind,
  authKinds,
  type CallLimits,
  configProblems,
  configSchema,
  type DestinationManifest,
  type JsonSchema,
  type Manifest,
  type ObjectManifest,
  type PageSizeRange,
  type SourceManifest,
  type SyncMode,
  syncModes,
  type WriteMode,
  writeModes,
} from './manifest/index.js';
export { type Connector, type ConnectorContext, defineConnector } from './connector.js';
export { checkProblemOf } from './check-problem.js';
export { cursorExpired, parseCursor, toCursor } from './cursor.js';
export type { Destination, OpenedDestination, RowResult, WriteBatch, WritePosition, WriteRow } from './destination.js';
export { ConfigInvalid, openDestination, openSource, type OpenOptions } from './open.js';
export { requestedPageSize } from './page-size.js';
export { advance, type PartProgress, type PartsCursor, partsCursorOf, type PartStep } from './parts-cursor.js';
export { isWithin, type ReadScope, scopeFields, scopeOf } from './scope.js';
export type {
  CheckProblem,
  CheckResult,
  Fetched,
  FetchRequest,
  Json,
  JsonObject,
  Page,
  ReadRequest,
  RecordProblem,
  Source,
  SourceRecord,
} from './source.js';
export { writeBatches, type WriteBatchesOptions, type WrittenBatch } from './write-batches.js';

export * from './catalogue.js';
export { defineConnector, type Connector, type ConnectorContext } from './sdk/connector.js';
export type * from './sdk/destination.js';
export { ConfigInvalid, openDestination, openSource, type OpenOptions } from './sdk/open.js';
export type * from './sdk/source.js';
export { MAX_STAGE_OUTPUT_BYTES, type StageContext, type StageFunction, type StageResult } from './sdk/stages.js';
export { connectors } from './registry.js';
export { readRows, type ReadRowsOptions } from './files/read-rows.js';
export type { FileRow } from './files/rows.js';

export * from './catalogue.js';
export {
  defineConnector,
  MAX_STAGE_OUTPUT_BYTES,
  StageError,
  type Connector,
  type StageContext,
  type StageFunction,
  type StageResult,
} from './sdk.js';
export { connectors } from './registry.js';

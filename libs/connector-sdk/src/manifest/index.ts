// Entry point for manifests and their readers: nothing here does I/O.
export { configProblems, configSchema, type JsonSchema } from './config.js';
export { flag, httpHeaders, httpUrl, required, wholeNumber } from './fields.js';
export {
  authKinds,
  type AuthKind,
  type CallLimits,
  type DestinationManifest,
  type Manifest,
  type ObjectManifest,
  type PageSizeRange,
  type SourceManifest,
  syncModes,
  type SyncMode,
  writeModes,
  type WriteMode,
} from './manifest.js';
export { webhookConfig, webhookSettings } from './webhook.js';

import { defineConnector } from '../sdk/connector.js';
import { fetchStage } from './fetch.stage.js';
import { normalizeStage } from './normalize.stage.js';
import { openapiManifest } from './openapi.manifest.js';
import { parseStage } from './parse.stage.js';
import { snapshotStage } from './snapshot.stage.js';

export const openapiConnector = defineConnector(openapiManifest, {
  stages: { fetch: fetchStage, parse: parseStage, normalize: normalizeStage, snapshot: snapshotStage },
});

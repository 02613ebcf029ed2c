import { defineConnector } from '../sdk.js';
import { fetchStage } from './fetch.stage.js';
import { normalizeStage } from './normalize.stage.js';
import { openapiDefinition } from './openapi.definition.js';
import { parseStage } from './parse.stage.js';
import { snapshotStage } from './snapshot.stage.js';

export const openapiConnector = defineConnector(openapiDefinition, {
  fetch: fetchStage,
  parse: parseStage,
  normalize: normalizeStage,
  snapshot: snapshotStage,
});

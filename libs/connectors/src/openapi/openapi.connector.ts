import { defineConnector } from '@tidemark/connector-sdk';
import { fetchStage } from './fetch.stage.js';
import { normalizeStage } from './normalize.stage.js';
import { manifest } from './openapi.manifest.js';
import { parseStage } from './parse.stage.js';
import { snapshotStage } from './snapshot.stage.js';

export const connector = defineConnector(manifest, {
  stages: { fetch: fetchStage, parse: parseStage, normalize: normalizeStage, snapshot: snapshotStage },
});

import { defineConnector } from '../sdk/connector.js';
import { noopManifest } from './noop.manifest.js';

export const noopConnector = defineConnector(noopManifest, {
  stages: { run: async () => ({ output: {} }) },
});

import { defineConnector } from '@tidemark/connector-sdk';
import { manifest } from './noop.manifest.js';

export const connector = defineConnector(manifest, {
  stages: { run: async () => ({ output: {} }) },
});

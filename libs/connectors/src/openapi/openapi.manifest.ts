import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { openapiConfig, type OpenapiConfig } from './openapi.config.js';

/** Watches an API description: an OpenAPI 2.0, 3.0 or 3.1 document in JSON or YAML. */
export const manifest: Manifest<OpenapiConfig> = {
  name: 'openapi',
  title: 'OpenAPI description',
  description: 'Watches an OpenAPI 2.0, 3.0 or 3.1 description that somebody publishes, and tells what changed.',
  config: openapiConfig,
  auth: ['none'],
  pipeline: {
    stages: [
      { name: 'fetch', service: 'connector-runner' },
      { name: 'parse', service: 'connector-runner' },
      { name: 'normalize', service: 'connector-runner' },
      { name: 'snapshot', service: 'connector-runner' },
      { name: 'diff', service: 'differ' },
      { name: 'persist', service: 'differ' },
      { name: 'alert', service: 'differ' },
    ],
  },
};

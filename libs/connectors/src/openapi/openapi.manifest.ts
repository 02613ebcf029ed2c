import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { openapiConfig, type OpenapiConfig } from './openapi.config.js';

/** Watches an API description: an OpenAPI 2.0, 3.0 or 3.1 document in JSON or YAML. */
export const manifest: Manifest<OpenapiConfig> = {
  name: 'openapi',
  title: 'OpenAPI description',
  description: 'Watches a published OpenAPI 2.0, 3.0 or 3.1 description and reports changes.',
  config: openapiConfig,
  auth: ['none'],
  pipelines: ['dependency'],
};

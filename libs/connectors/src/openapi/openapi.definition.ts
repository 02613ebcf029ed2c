import type { ConnectorDefinition } from '../definition.js';
import { openapiConfigProblems } from './openapi.config.js';

/** Watches an API description: an OpenAPI 2.0, 3.0 or 3.1 document in JSON or YAML. */
export const openapiDefinition: ConnectorDefinition = {
  name: 'openapi',
  title: 'OpenAPI description',
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
  validateConfig: openapiConfigProblems,
};

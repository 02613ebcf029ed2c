import type { CallLimits, Manifest } from '@tidemark/connector-sdk/manifest';
import { httpConfig, type HttpConfig } from './http.config.js';

/** Writes rows to any REST API that its config describes. */
export const manifest: Manifest<HttpConfig> = {
  name: 'http',
  title: 'REST API',
  description: 'Writes rows to any REST API, as described by its config.',
  config: httpConfig,
  auth: ['none', 'bearer', 'basic', 'api-key', 'oauth2-authorization-code', 'oauth2-client-credentials'],
  credentialOrigin: ({ baseUrl }) => baseUrl,
  callLimits: ({ limits }) => JSON.parse(JSON.stringify(limits ?? {})) as CallLimits,
  destination: {
    modes: ['append', 'upsert', 'update', 'mirror'],
    batchSize: { initial: 100, max: 10_000 },
    concurrency: 4,
  },
};

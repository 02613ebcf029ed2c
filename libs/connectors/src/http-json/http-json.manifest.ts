import { webhookSettings, type CallLimits, type Manifest } from '@tidemark/connector-sdk/manifest';
import { httpJsonConfig, type HttpJsonConfig } from './http-json.config.js';

/** Reads any paginated JSON API that its config describes. */
export const manifest: Manifest<HttpJsonConfig> = {
  name: 'http-json',
  title: 'JSON over HTTP',
  description: 'Reads the objects of any paginated JSON API, as described by its config.',
  config: httpJsonConfig,
  auth: ['none', 'bearer', 'basic', 'api-key', 'oauth2-authorization-code', 'oauth2-client-credentials'],
  credentialOrigin: ({ baseUrl }) => baseUrl,
  callLimits: ({ limits }) => JSON.parse(JSON.stringify(limits ?? {})) as CallLimits,
  webhook: ({ webhook }) => webhookSettings(webhook),
  source: {
    objects: 'configured',
    modes: ['full', 'incremental', 'backfill'],
    pageSize: { min: 1, initial: 100, max: 10_000 },
  },
  pipelines: ['integration', 'records'],
};

import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { singerConfig, type SingerConfig } from './singer.config.js';

/** Runs Singer taps and targets that the operator allows. */
export const manifest: Manifest<SingerConfig> = {
  name: 'singer',
  title: 'Singer',
  description: 'Runs unmodified Singer taps and targets that TIDEMARK_SINGER_ALLOW lists.',
  config: singerConfig,
  auth: ['none', 'bearer', 'basic', 'api-key', 'oauth2-authorization-code', 'oauth2-client-credentials'],
  source: {
    objects: 'configured',
    modes: ['full', 'incremental'],
    pageSize: { min: 1, initial: 1000, max: 50_000 },
  },
  destination: {
    modes: ['append', 'upsert'],
    batchSize: { initial: 10_000, max: 100_000 },
    concurrency: 1,
  },
  pipelines: ['integration'],
};

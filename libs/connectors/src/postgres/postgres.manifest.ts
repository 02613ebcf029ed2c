import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { postgresConfig, type PostgresConfig } from './postgres.config.js';

/** Reads tables and SQL models of a PostgreSQL database, and writes rows into its tables. */
export const manifest: Manifest<PostgresConfig> = {
  name: 'postgres',
  title: 'PostgreSQL',
  description: 'Reads tables and SQL models of a PostgreSQL database, and writes rows into its tables.',
  config: postgresConfig,
  auth: ['none', 'basic'],
  source: {
    objects: 'configured',
    modes: ['full', 'incremental', 'backfill'],
    pageSize: { min: 1, initial: 1000, max: 10_000 },
  },
  destination: {
    modes: ['append', 'upsert', 'update', 'mirror'],
    batchSize: { initial: 1000, max: 10_000 },
    concurrency: 4,
  },
  pipelines: ['integration', 'records'],
};

import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { filesConfig, type FilesConfig } from './files.config.js';

/** Reads and writes CSV and JSON lines in a folder of the machine that runs it. */
export const manifest: Manifest<FilesConfig> = {
  name: 'files',
  title: 'Files',
  description: 'Reads and writes CSV and JSON lines in a local folder, gzip included.',
  config: filesConfig,
  auth: ['none'],
  source: {
    objects: 'configured',
    modes: ['full', 'incremental'],
    pageSize: { min: 1, initial: 1000, max: 50_000 },
  },
  destination: {
    modes: ['append'],
    batchSize: { initial: 5000, max: 100_000 },
    concurrency: 4,
  },
  pipelines: ['integration', 'records'],
};

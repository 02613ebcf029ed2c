import { definePipeline } from '../pipeline.js';
import type { IntegrationOutputs } from './outputs.js';

/** Reads the objects of a source, page by page, and writes each page to every destination. */
export const integrationPipeline = definePipeline<IntegrationOutputs>()({
  kind: 'integration',
  stages: [
    { name: 'prepare', service: 'connector-runner' },
    { name: 'sync', service: 'connector-runner' },
    { name: 'finalize', service: 'connector-runner' },
  ],
  jobTypes: ['incremental', 'full', 'webhook'],
  writes: true,
  earlyResults: ['completed_with_errors'],
});

export type IntegrationPipeline = typeof integrationPipeline;

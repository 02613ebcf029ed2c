import { destinationProblems } from '../destination-problems.js';
import { parameterProblems } from '../parameter-problems.js';
import { definePipeline } from '../pipeline.js';
import type { IntegrationOutputs, IntegrationParameters } from './outputs.js';

/** Reads the objects of a source, page by page, and writes each page to every destination. */
export const integrationPipeline = definePipeline<IntegrationOutputs, IntegrationParameters>()({
  kind: 'integration',
  stages: [
    { name: 'prepare', service: 'connector-runner' },
    { name: 'sync', service: 'connector-runner' },
    { name: 'finalize', service: 'connector-runner' },
  ],
  jobTypes: ['incremental', 'full', 'webhook', 'backfill'],
  writes: true,
  earlyResults: ['completed_with_errors'],
  parameterProblems: parameterProblems({
    incremental: ['objects', 'limit', 'rows', 'only'],
    full: ['objects', 'limit'],
    webhook: ['pushed'],
    backfill: ['objects', 'window', 'chunkSize', 'slices', 'order'],
  }),
  connectionProblems: ({ destinations }) => destinationProblems(destinations),
});

export type IntegrationPipeline = typeof integrationPipeline;

import { definePipeline } from '../pipeline.js';
import { destinationProblems } from '../destination-problems.js';
import { parameterProblems } from '../parameter-problems.js';
import type { IntegrationOutputs, IntegrationParameters } from './outputs.js';

/** Copies the objects of a source into destinations, or into the record store, page by page. */
export const integrationPipeline = definePipeline<IntegrationOutputs, IntegrationParameters>()({
  kind: 'integration',
  jobTypes: ['incremental', 'full', 'webhook', 'backfill'],
  stages: [
    { name: 'prepare', service: 'connector-runner' },
    { name: 'sync', service: 'connector-runner' },
    { name: 'finalize', service: 'connector-runner' },
  ],
  earlyResults: ['completed_with_errors'],
  parameterProblems: parameterProblems({
    incremental: ['objects', 'limit'],
    full: ['objects', 'limit'],
    webhook: ['ids'],
    backfill: ['objects', 'window', 'chunkSize', 'slices', 'order'],
  }),
  connectionProblems: ({ destinations }) => destinationProblems(destinations),
});

export type IntegrationPipeline = typeof integrationPipeline;

import { definePipeline } from '../pipeline.js';
import type { DependencyOutputs } from './outputs.js';

/** Watches an API description that a third party publishes. */
export const dependencyPipeline = definePipeline<DependencyOutputs>()({
  kind: 'dependency',
  stages: [
    { name: 'fetch', service: 'connector-runner' },
    { name: 'parse', service: 'connector-runner' },
    { name: 'normalize', service: 'connector-runner' },
    { name: 'snapshot', service: 'connector-runner' },
    { name: 'diff', service: 'differ' },
    { name: 'persist', service: 'differ' },
    { name: 'alert', service: 'differ' },
  ],
  facts: ['ChangesDetected'],
  earlyResults: ['unchanged'],
});

export type DependencyPipeline = typeof dependencyPipeline;

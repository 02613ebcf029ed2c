import { definePipeline } from '../pipeline.js';

/** One stage that does nothing: checks an installation, and measures what the platform itself costs. */
export const noopPipeline = definePipeline<{ run: object }>()({
  kind: 'noop',
  stages: [{ name: 'run', service: 'connector-runner' }],
});

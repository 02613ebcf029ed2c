import { definePipeline } from '../pipeline.js';

/** One stage that does nothing: checks an installation, and measures the platform's own overhead. */
export const noopPipeline = definePipeline<{ run: object }>()({
  kind: 'noop',
  stages: [{ name: 'run', service: 'connector-runner' }],
});

import type { Stage } from '@tidemark/pipelines';
import type { CopyPipeline } from './pipeline.js';

/** Nothing to copy ends the job here. */
export const prepareStage: Stage<CopyPipeline, 'prepare'> = async ({ parameters, source, now }) => {
  const output = { object: parameters.object };
  return source.config['pages'] === 0 ? { output, finish: 'unchanged', cursor: { copiedAt: now() } } : { output };
};

import { definePipeline } from '@tidemark/pipelines';

/** The output of each stage. */
interface CopyOutputs {
  readonly prepare: { readonly object: string };
  readonly copy: { readonly pages: number };
  readonly announce: object;
}

/** Copies one object of a source into two destinations, page by page. */
export const copyPipeline = definePipeline<CopyOutputs, { readonly object: string }>()({
  kind: 'copy',
  stages: [
    { name: 'prepare', service: 'connector-runner' },
    { name: 'copy', service: 'connector-runner' },
    { name: 'announce', service: 'connector-runner' },
  ],
  writes: true,
  facts: ['ChangesDetected'],
  earlyResults: ['unchanged'],
  metrics: [{ name: 'pages', description: 'Pages that were read.' }],
  parameterProblems: ({ object }) =>
    typeof object === 'string' ? [] : [{ field: 'object', message: 'must be text: the object to copy' }],
});

export type CopyPipeline = typeof copyPipeline;

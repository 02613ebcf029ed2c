import type { Manifest } from '@tidemark/connector-sdk/manifest';
import type { Pipeline } from './pipeline.js';
import type { Pipelines } from './pipelines.js';

/**
 * The pipeline that a connection's jobs run: the one it names, else the first that its source offers. Undefined when
 * this version does not have it.
 */
export function pipelineFor(
  pipelines: Pipelines,
  { pipeline: kind }: { readonly pipeline?: string },
  source: Pick<Manifest, 'pipelines'> | undefined,
): Pipeline | undefined {
  const chosen = kind ?? source?.pipelines?.[0];
  return chosen === undefined ? undefined : pipelines.get(chosen);
}

import type { DependencyPipeline, NormalizeOutput, Stage } from '@tidemark/pipelines';
import { describedDocument } from './artefacts.js';

/** Stores the canonical form of the description. Blobs are named by content, so its id is the content's hash. */
export const normalizeStage: Stage<DependencyPipeline, 'normalize'> = async (context) => {
  const { canonical, info, operations } = await describedDocument(context);
  const { id } = await context.blobs.put(canonical);
  const output: NormalizeOutput = {
    canonicalBlob: id,
    contentHash: id.slice('sha256:'.length),
    title: text(info['title'], 300),
    apiVersion: text(info['version'], 100),
    operations,
  };
  return { output, counts: { total: operations } };
};

/** A field of `info`, which may have any type in an invalid description. */
function text(value: unknown, length: number): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, length) : '';
}

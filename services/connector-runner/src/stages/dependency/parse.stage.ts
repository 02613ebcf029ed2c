import type { DependencyPipeline, Stage } from '@tidemark/pipelines';
import { DESCRIBED, describedDocument } from './artefacts.js';

/** Reads JSON or YAML; anything but an OpenAPI description fails with line and column. */
export const parseStage: Stage<DependencyPipeline, 'parse'> = async (context) => {
  const described = await describedDocument(context);
  context.artefacts.set(DESCRIBED, described);
  return { output: { format: described.format, specVersion: described.versionText.slice(0, 40) } };
};

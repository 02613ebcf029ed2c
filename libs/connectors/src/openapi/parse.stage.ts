import type { StageFunction } from '@tidemark/connector-sdk';
import { DESCRIBED, describedDocument } from './artefacts.js';

/** Reads JSON or YAML; what is no OpenAPI description fails with line and column. */
export const parseStage: StageFunction = async (context) => {
  const described = await describedDocument(context);
  context.artefacts.set(DESCRIBED, described);
  return { output: { format: described.format, specVersion: described.versionText.slice(0, 40) } };
};

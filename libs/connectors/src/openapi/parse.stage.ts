import type { StageFunction } from '../sdk/stages.js';
import { PARSED, parsedDocument } from './artefacts.js';

/** Reads JSON or YAML; what is no OpenAPI description fails with line and column. */
export const parseStage: StageFunction = async (context) => {
  const parsed = await parsedDocument(context);
  context.artefacts.set(PARSED, parsed);
  return { output: { format: parsed.format, specVersion: parsed.versionText.slice(0, 40) } };
};

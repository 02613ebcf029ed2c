import { canonicalJson, type CanonicalApi, normalize, operations } from '@tidemark/openapi-diff';
import type { StageFunction } from '../sdk/stages.js';
import { type NormalizeOutput, parsedDocument } from './artefacts.js';

/** Brings the description into canonical form and stores that. Blobs are named by content, so its id is the content's hash. */
export const normalizeStage: StageFunction = async (context) => {
  const api = normalize(await parsedDocument(context));
  const { id } = await context.blobs.put(canonicalJson(api));
  const output: NormalizeOutput = {
    canonicalBlob: id,
    contentHash: id.slice('sha256:'.length),
    title: text(api, 'title', 300),
    apiVersion: text(api, 'version', 100),
    operations: operations(api, { depth: 0 }).length,
  };
  return { output: { ...output }, counts: { total: output.operations } };
};

/** A field of `info`, which may be anything in a description that is not valid. */
function text({ info }: CanonicalApi, field: string, length: number): string {
  const value = info[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, length) : '';
}

import { displayUrl, type HttpResponse } from '@tidemark/resilience';
import { parse } from '@tidemark/openapi-diff';
import type { StageContext, StageFunction } from '@tidemark/connector-sdk';
import { stageFailure } from './stage-tools.js';
import { type OpenapiCursor, readCursor, requestHash, shortHash } from './cursor.js';
import { type Bundled, bundleReferences } from './fetch-references.js';
import { type OpenapiConfig, readConfig, TIMEOUT_MS } from './openapi.config.js';
import { BYTES } from './artefacts.js';
import { mayReferElsewhere } from './references.js';

/** Longest validator that is kept: it stands in an event. */
const MAX_VALIDATOR = 512;

/**
 * Fetches the description and the documents it refers to. Done with the job when nothing has changed: the server says
 * so (304), or sends the same bytes.
 *
 * A 304 speaks for the root document alone. A description with references is therefore fetched as a whole every time:
 * asking for each part conditionally would put dozens of validators into the cursor, to save the traffic of the few
 * descriptions that are made of several documents.
 */
export const fetchStage: StageFunction = async (context) => {
  const config = readConfig(context.config);
  const cursor = readCursor(context.cursor);
  const answer = await fetchRoot(context, config, cursor);
  if (answer.notModified && cursor) return unchanged(cursor, {});
  const raw = await context.blobs.put(answer.body);
  const bundled = config.followRefs ? await bundleIfNeeded(context, config, answer) : null;
  const documentBlob = bundled ? (await context.blobs.put(bundled.text)).id : raw.id;
  const source = {
    documentBlob,
    externalRefs: bundled?.refs ?? 0,
    request: requestHash(config),
    urlHash: shortHash(answer.url),
    etag: short(answer.header('etag')),
    lastModified: short(answer.header('last-modified')),
  };
  if (cursor?.documentBlob === documentBlob) return unchanged(cursor, source);
  context.artefacts.set(BYTES, bundled ? Buffer.from(bundled.text) : answer.body);
  const url = displayUrl(new URL(answer.url)).slice(0, 1000);
  return { output: { rawBlob: raw.id, bytes: bundled?.bytes ?? raw.bytes, url, source } };
};

async function fetchRoot(
  context: StageContext,
  config: OpenapiConfig,
  cursor: OpenapiCursor | null,
): Promise<HttpResponse> {
  const sameRequest = cursor !== null && cursor.request === requestHash(config) && cursor.externalRefs === 0;
  const condition = sameRequest && {
    ...(cursor.etag !== undefined && { etag: cursor.etag }),
    ...(cursor.lastModified !== undefined && { lastModified: cursor.lastModified }),
    appliesTo: (url: string) => shortHash(url) === cursor.urlHash,
  };
  try {
    return await context.http.request({
      url: config.url,
      timeoutMs: TIMEOUT_MS,
      headers: { accept: 'application/json, application/yaml;q=0.9, */*;q=0.5', ...config.headers },
      signal: context.signal,
      ...(condition && { condition }),
      ...(config.maxBytes !== undefined && { maxBytes: config.maxBytes }),
    });
  } catch (error) {
    throw stageFailure(error, context.signal);
  }
}

async function bundleIfNeeded(
  context: StageContext,
  config: OpenapiConfig,
  { body, url }: HttpResponse,
): Promise<Bundled | null> {
  if (!mayReferElsewhere(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))) return null;
  let document: unknown;
  try {
    ({ document } = parse(body));
  } catch {
    return null; // What is wrong with the document, and where, is for the next stage to say.
  }
  return bundleReferences(context, config, { value: document, base: url, bytes: body.byteLength });
}

/** Nothing to do but to remember the latest validators; the snapshot stays the one it was. */
function unchanged(cursor: OpenapiCursor, source: Partial<OpenapiCursor>) {
  const { snapshotId, contentHash, operations } = cursor;
  return {
    output: { unchanged: true, snapshotId, contentHash },
    counts: { total: operations, processed: operations },
    finish: 'unchanged' as const,
    cursor: { ...cursor, ...source },
  };
}

function short(validator: string | undefined): string | undefined {
  return validator !== undefined && validator.length <= MAX_VALIDATOR ? validator : undefined;
}

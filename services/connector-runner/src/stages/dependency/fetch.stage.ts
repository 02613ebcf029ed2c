import { readOpenapiConfig, type OpenapiConfig } from '@tidemark/connectors/openapi-config';
import { referringJson } from '@tidemark/openapi-diff/threads';
import type { DependencyCursor, DependencyPipeline, Stage, StageResult, Unchanged } from '@tidemark/pipelines';
import { displayUrl, type HttpClient, type HttpResponse } from '@tidemark/resilience';
import { BYTES, threadOf, type DependencyContext } from './artefacts.js';
import { readCursor, requestHash, shortHash } from './cursor.js';
import { type Bundled, bundleReferences } from './fetch-references.js';
import { stageFailure } from './stage-failure.js';
import { TIMEOUT_MS } from './timeout.js';

/** Longest validator that is kept: it is stored in an event. */
const MAX_VALIDATOR = 512;

/**
 * Fetches the description and the documents it refers to. Ends the job when nothing has changed: the server answers
 * 304, or sends the same bytes.
 *
 * A 304 covers the root document alone. A description with references is therefore fetched as a whole every time:
 * conditional requests for each part would put dozens of validators into the cursor, to save the traffic of the few
 * descriptions that are made of several documents.
 */
export const fetchStage =
  (http: HttpClient): Stage<DependencyPipeline, 'fetch'> =>
  async (context) => {
    const config = readOpenapiConfig(context.source.config);
    const cursor = readCursor(context.cursor);
    const answer = await fetchRoot(context, http, config, cursor);
    if (answer.notModified && cursor) return unchanged(cursor, {});
    const raw = await context.blobs.put(answer.body);
    const bundled = config.followRefs ? await bundleIfNeeded(context, http, config, answer) : null;
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
    context.artefacts.set(BYTES, bundled ? bundled.text : answer.body);
    const url = displayUrl(new URL(answer.url)).slice(0, 1000);
    return { output: { rawBlob: raw.id, bytes: bundled?.bytes ?? raw.bytes, url, source } };
  };

async function fetchRoot(
  context: DependencyContext,
  http: HttpClient,
  config: OpenapiConfig,
  cursor: DependencyCursor | null,
): Promise<HttpResponse> {
  const sameRequest = cursor !== null && cursor.request === requestHash(config) && cursor.externalRefs === 0;
  const condition = sameRequest && {
    ...(cursor.etag !== undefined && { etag: cursor.etag }),
    ...(cursor.lastModified !== undefined && { lastModified: cursor.lastModified }),
    appliesTo: (url: string) => shortHash(url) === cursor.urlHash,
  };
  try {
    return await http.request({
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
  context: DependencyContext,
  http: HttpClient,
  config: OpenapiConfig,
  { body, url }: HttpResponse,
): Promise<Bundled | null> {
  // Of a broken description, the next stage reports what is wrong, and where.
  const json = await referringJson(body, threadOf(context));
  return json && bundleReferences(context, http, config, { json, base: url, bytes: body.byteLength });
}

/** Only the validators are updated; the snapshot stays the same. */
function unchanged(
  cursor: DependencyCursor,
  source: Partial<DependencyCursor>,
): StageResult<DependencyPipeline, Unchanged> {
  const { snapshotId, contentHash, operations } = cursor;
  return {
    output: { unchanged: true, snapshotId, contentHash },
    counts: { total: operations, processed: operations },
    finish: 'unchanged',
    cursor: { ...cursor, ...source },
  };
}

function short(validator: string | undefined): string | undefined {
  return validator !== undefined && validator.length <= MAX_VALIDATOR ? validator : undefined;
}

import { OPENAPI_DEFAULTS, type OpenapiConfig } from '@tidemark/connectors/openapi-config';
import { displayUrl, Terminal, type HttpClient } from '@tidemark/resilience';
import type { DependencyContext } from './artefacts.js';
import { bundle, BundleTooLarge, type SourceDocument } from './bundle.js';
import { readDocument } from './read-document.js';
import { stageFailure } from './stage-failure.js';
import { TIMEOUT_MS } from './timeout.js';

/** Documents fetched at the same time. */
const CONCURRENCY = 4;

export interface Bundled {
  /** The description and everything that it refers to, as one JSON document. */
  readonly text: string;
  /** Number of other documents. */
  readonly refs: number;
  /** Of all documents, including the root. */
  readonly bytes: number;
}

/**
 * Fetches the documents that a description refers to, level by level and only as needed, and bundles them.
 * Null when it refers to no other document. Number and bytes of the documents are limited.
 * @throws ExternalError
 */
export async function bundleReferences(
  context: DependencyContext,
  http: HttpClient,
  config: OpenapiConfig,
  root: SourceDocument & { readonly bytes: number },
): Promise<Bundled | null> {
  const documents = new Map<string, SourceDocument>();
  const rootUrls = [root.base, new URL(config.url).href].map((url) => url.split('#', 1)[0]!);
  let bytes = root.bytes;
  for (;;) {
    const { document, missing } = bundled(root, rootUrls, documents);
    if (missing.size === 0) {
      return documents.size === 0 ? null : { text: JSON.stringify(document), refs: documents.size, bytes };
    }
    const { maxRefs = OPENAPI_DEFAULTS.maxRefs } = config;
    if (documents.size + missing.size > maxRefs)
      throw new Terminal(
        'SOURCE_TOO_MANY_REFERENCES',
        `${displayUrl(new URL(config.url))} refers to more than ${maxRefs} other documents (maxRefs)`,
      );
    const urls = [...missing];
    while (urls.length > 0)
      bytes += await fetchSome(context, http, config, urls.splice(0, CONCURRENCY), documents, bytes);
    context.progress({ percent: 50 });
  }
}

function bundled(root: SourceDocument, rootUrls: readonly string[], documents: ReadonlyMap<string, SourceDocument>) {
  try {
    return bundle(root, rootUrls, documents);
  } catch (error) {
    if (error instanceof BundleTooLarge || error instanceof RangeError)
      throw new Terminal('SOURCE_INVALID', `the description's references cannot be followed: ${error.message}`, {
        cause: error,
      });
    throw error;
  }
}

/** Adds documents to the map and returns their size in bytes. When one fails, the others are aborted. */
async function fetchSome(
  context: DependencyContext,
  http: HttpClient,
  config: OpenapiConfig,
  urls: readonly string[],
  documents: Map<string, SourceDocument>,
  bytesBefore: number,
): Promise<number> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([context.signal, giveUp.signal]);
  const limit = config.maxBytes ?? OPENAPI_DEFAULTS.maxBytes;
  const left = limit - bytesBefore;
  const fetchOne = async (url: string) => {
    const headers = new URL(url).origin === new URL(config.url).origin ? (config.headers ?? {}) : {};
    const request = { url, headers, signal, maxBytes: Math.max(left, 0), timeoutMs: TIMEOUT_MS };
    try {
      return { url, answer: await http.request(request) };
    } catch (error) {
      throw stageFailure(error, context.signal, 'a document that the description refers to: ');
    }
  };
  try {
    const answers = await Promise.all(urls.map(fetchOne));
    const bytes = answers.reduce((sum, { answer }) => sum + answer.body.byteLength, 0);
    if (bytes > left)
      throw new Terminal(
        'SOURCE_RESPONSE_TOO_LARGE',
        `the description and its references are larger than ${limit} bytes`,
      );
    for (const { url, answer } of answers)
      documents.set(url, { value: readDocument(answer.body, displayUrl(new URL(url))), base: answer.url });
    return bytes;
  } finally {
    giveUp.abort();
  }
}

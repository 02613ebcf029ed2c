import { OPENAPI_DEFAULTS, type OpenapiConfig } from '@tidemark/connectors/openapi-config';
import { bundleDocuments, ParseError, referredJson, type FetchedDocument } from '@tidemark/openapi-diff/threads';
import { displayUrl, Terminal, type HttpClient } from '@tidemark/resilience';
import { threadOf, type DependencyContext } from './artefacts.js';
import { stageFailure } from './stage-failure.js';
import { TIMEOUT_MS } from './timeout.js';

/** Documents fetched at the same time. */
const CONCURRENCY = 4;

export interface Bundled {
  /** The description and everything that it refers to, as one JSON document in UTF-8. */
  readonly text: Uint8Array;
  /** Number of other documents. */
  readonly refs: number;
  /** Of all documents, including the root. */
  readonly bytes: number;
}

/**
 * Fetches the documents that a description refers to, level by level and only as needed, and bundles them.
 * Null when it refers to no other document. Number and bytes of the documents are limited, and what they unfold to.
 * @throws ExternalError · LimitExceeded
 */
export async function bundleReferences(
  context: DependencyContext,
  http: HttpClient,
  config: OpenapiConfig,
  root: Omit<FetchedDocument, 'url'> & { readonly bytes: number },
): Promise<Bundled | null> {
  const documents: FetchedDocument[] = [];
  const rootUrls = [root.base, new URL(config.url).href].map((url) => url.split('#', 1)[0]!);
  const most = Math.max(config.maxBytes ?? 0, OPENAPI_DEFAULTS.maxBytes);
  let bytes = root.bytes;
  for (;;) {
    const answer = await bundleDocuments({ root, rootUrls, documents, most }, threadOf(context));
    if ('bundled' in answer)
      return documents.length === 0 ? null : { text: answer.bundled, refs: documents.length, bytes };
    const { maxRefs = OPENAPI_DEFAULTS.maxRefs } = config;
    if (documents.length + answer.missing.length > maxRefs)
      throw new Terminal(
        'SOURCE_TOO_MANY_REFERENCES',
        `${displayUrl(new URL(config.url))} refers to more than ${maxRefs} other documents (maxRefs)`,
      );
    const urls = [...answer.missing];
    while (urls.length > 0)
      bytes += await fetchSome(context, http, config, urls.splice(0, CONCURRENCY), documents, bytes);
    context.progress({ percent: 50 });
  }
}

/** Adds documents to the list and returns their size in bytes. When one fails, the others are aborted. */
async function fetchSome(
  context: DependencyContext,
  http: HttpClient,
  config: OpenapiConfig,
  urls: readonly string[],
  documents: FetchedDocument[],
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
      documents.push({ url, base: answer.url, json: await readReferred(context, answer.body, url) });
    return bytes;
  } finally {
    giveUp.abort();
  }
}

/** @throws Terminal SOURCE_INVALID with line and column */
async function readReferred(context: DependencyContext, bytes: Uint8Array, url: string): Promise<Uint8Array> {
  try {
    return await referredJson(bytes, displayUrl(new URL(url)), threadOf(context));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const note = '(fetched because of a reference; set followRefs: false to ignore references)';
    throw new Terminal('SOURCE_INVALID', `${error.message} ${note}`, { cause: error });
  }
}

import { displayUrl, FetchError } from '../fetch-error.js';
import { parseTarget } from '../fetch-target.js';
import { ACCEPT_ENCODING, readBody } from '../response-body.js';
import { type Answer, type Connections, failure, type Outgoing } from './connections.js';
import { MAX_DETAIL_BYTES } from './error-detail.js';
import type { Condition } from './http-types.js';
import type { OnOverload } from './overload.js';

/** A request that is ready to send: headers in lower case, the credential among them. */
export interface Prepared extends Outgoing {
  readonly url: URL;
  readonly condition?: Condition | undefined;
  readonly maxBytes: number;
  readonly maxRedirects: number;
  readonly onOverload: OnOverload;
  /** Statuses whose bodies are read in full. */
  readonly isAnswer: (status: number) => boolean;
}

/** The response. The body of an error status is cut off, or empty. */
export interface Exchanged {
  readonly status: number;
  readonly notModified: boolean;
  readonly header: (name: string) => string | undefined;
  readonly headers: () => Record<string, string>;
  readonly body: Uint8Array;
  readonly url: URL;
  readonly redirects: number;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'user-agent']);
/** Maximum size of an unneeded body that is read to keep its connection. */
const MAX_DUMP_BYTES = 16 * 1024;

/** Sends a request, follows redirects by hand, reads the response. Ends when the signal is aborted. @throws FetchError */
export async function exchange(connections: Connections, first: Prepared, end: AbortSignal): Promise<Exchanged> {
  let request = first;
  for (let redirects = 0; redirects <= first.maxRedirects; redirects++) {
    const answer = await connections.send(request.url, conditional(request), end);
    answer.body.on('error', () => {}); // Ending an unread body is not a failure.
    const location = headerOf(answer, 'location');
    const leads = REDIRECTS.has(answer.statusCode) && !first.isAnswer(answer.statusCode) && location !== undefined;
    if (!leads) return { ...(await digest(answer, request, end)), url: request.url, redirects };
    request = redirected(request, answer.statusCode, parseTarget(location, request.url));
    answer.body.dump({ limit: MAX_DUMP_BYTES, signal: end }).catch(() => {});
  }
  const limit = `${displayUrl(first.url)}: more than ${first.maxRedirects} redirects`;
  throw new FetchError('FETCH_TOO_MANY_REDIRECTS', limit);
}

/** Headers and body are meant for the origin that the caller named; once dropped, they stay dropped, even back at that origin. */
function redirected(request: Prepared, status: number, url: URL): Prepared {
  const asGet = status === 303 ? request.method !== 'HEAD' : status < 303 && request.method === 'POST';
  const away = url.origin !== request.url.origin;
  if (away && !asGet && request.body !== undefined) {
    const message = `${displayUrl(request.url)} redirects to ${url.origin}, and the body is not sent to another origin`;
    throw new FetchError('FETCH_BAD_REDIRECT', message);
  }
  const headers = Object.entries(request.headers).filter(
    ([name]) => (!away || HARMLESS_HEADERS.has(name)) && !(asGet && name.startsWith('content-')),
  );
  return {
    ...{ ...request, url, headers: Object.fromEntries(headers) },
    ...(asGet && { method: 'GET', body: undefined }),
  };
}

async function digest(answer: Answer, request: Prepared, end: AbortSignal) {
  const { statusCode: status } = answer;
  const header = (name: string) => headerOf(answer, name.toLowerCase());
  const notModified = status === 304 && Object.keys(validators(request)).length > 0;
  const headers = () => Object.fromEntries(Object.keys(answer.headers).map((name) => [name, headerOf(answer, name)!]));
  const empty = { status, notModified, header, headers, body: new Uint8Array() };
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    answer.body.resume(); // There is none, despite the headers.
    return empty;
  }
  const encoded = { encoding: header('content-encoding') ?? '', length: Number(header('content-length') ?? 0) };
  try {
    const limit = request.isAnswer(status) ? request.maxBytes : MAX_DETAIL_BYTES;
    return { ...empty, body: await readBody(answer.body, request.url, encoded, limit) };
  } catch (cause) {
    end.throwIfAborted();
    if (!request.isAnswer(status)) return empty; // The status is known; only the body is missing.
    throw failure(cause, request.url);
  } finally {
    answer.body.destroy(); // A body that was not read to its end closes its connection.
  }
}

function conditional(request: Prepared): Outgoing {
  const headers = { 'accept-encoding': ACCEPT_ENCODING, ...request.headers, ...validators(request) };
  return { method: request.method, headers, body: request.body };
}

function validators({ condition, url }: Prepared): Record<string, string> {
  if (!condition || condition.appliesTo?.(url.href) === false) return {};
  return {
    ...(condition.etag !== undefined && { 'if-none-match': condition.etag }),
    ...(condition.lastModified !== undefined && { 'if-modified-since': condition.lastModified }),
  };
}

function headerOf({ headers }: Answer, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return Array.isArray(value) ? value.join(', ') : value;
}

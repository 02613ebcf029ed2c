import { parseAllowList } from './allow-list.js';
import { displayUrl, FetchError } from './fetch-error.js';
import { parseTarget, type Resolve, resolveTarget, systemResolve } from './fetch-target.js';
import type { FetchOptions, FetchResult, GuardedFetch } from './fetch-types.js';
import { type Answer, HttpHop } from './http-hop.js';
import { ACCEPT_ENCODING, readBody } from './response-body.js';
import { type WhyEnded, within } from './within.js';

/** How a guard is set up. Times in milliseconds, sizes in bytes. */
export interface GuardOptions {
  /** Hosts, host:port and CIDRs that may be fetched although they are not public. Default: none. */
  readonly allow?: readonly string[];
  /** Default 64 MiB, after decompression. */
  readonly maxBytes?: number;
  /** DNS, TCP and TLS of one hop; default 10 s. */
  readonly connectTimeoutMs?: number;
  /** From the standing connection to the answer's headers; default 30 s. */
  readonly headersTimeoutMs?: number;
  /** All hops and the whole body; default 120 s. */
  readonly totalTimeoutMs?: number;
  /** Default 5. */
  readonly maxRedirects?: number;
  readonly userAgent?: string;
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
}

type Guard = Required<Omit<GuardOptions, 'allow'>> & { readonly allow: ReturnType<typeof parseAllowList> };

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Longest wait that a server can ask for. */
const MAX_RETRY_AFTER_MS = 86_400_000;
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'user-agent']);

/** Makes a fetch that reaches public addresses and those allowed, and nothing else. @throws Error for a bad `allow` entry */
export function createGuardedFetch(options: GuardOptions = {}): GuardedFetch {
  const guard: Guard = {
    maxBytes: 64 * 1024 ** 2,
    connectTimeoutMs: 10_000,
    headersTimeoutMs: 30_000,
    totalTimeoutMs: 120_000,
    maxRedirects: 5,
    userAgent: 'tidemark',
    resolve: systemResolve,
    ...options,
    allow: parseAllowList(options.allow ?? []),
  };
  return async (text, request = {}) => {
    const url = parseTarget(text);
    const end = new AbortController();
    const limits = { ms: guard.totalTimeoutMs, signal: request.signal };
    try {
      return await within(follow(guard, url, request, end.signal), limits, (why) =>
        ended(why, url, `not done after ${limits.ms} ms`),
      );
    } finally {
      end.abort(); // Stops a fetch that went on after its time or its caller was gone.
    }
  };
}

/** Follows redirects by hand: every hop is parsed, resolved, checked and connected to anew. */
async function follow(guard: Guard, first: URL, request: FetchOptions, end: AbortSignal): Promise<FetchResult> {
  let url = first;
  let headers = request.headers ?? {};
  for (let redirects = 0; redirects <= guard.maxRedirects; redirects++) {
    const result = await visit(guard, url, headers, request, end);
    if ('body' in result) return { ...result, url: url.href, redirects };
    const next = parseTarget(result.location, url);
    // What the caller sends is meant for the origin it named; once away, it stays off, even back at that origin.
    if (next.origin !== url.origin) headers = harmless(headers);
    url = next;
  }
  throw new FetchError('FETCH_TOO_MANY_REDIRECTS', `${displayUrl(first)}: more than ${guard.maxRedirects} redirects`);
}

type Visit = Omit<FetchResult, 'url' | 'redirects'> | { readonly location: string };

async function visit(
  guard: Guard,
  url: URL,
  headers: Readonly<Record<string, string>>,
  request: FetchOptions,
  end: AbortSignal,
): Promise<Visit> {
  const { connectTimeoutMs, headersTimeoutMs } = guard;
  const late = (ms: number, what: string) => (why: WhyEnded) => ended(why, url, `${what} after ${ms} ms`);
  const noConnection = late(connectTimeoutMs, 'no connection');
  const started = performance.now();
  const resolving = resolveTarget(url, guard.allow, guard.resolve);
  const target = await within(resolving, { ms: connectTimeoutMs, signal: end }, noConnection);
  const hop = new HttpHop(target, connectTimeoutMs);
  try {
    const asked = conditional(request, url);
    const answering = hop.get({ 'user-agent': guard.userAgent, accept: '*/*', ...lowerCase(headers), ...asked });
    const left = Math.max(0, connectTimeoutMs - (performance.now() - started));
    await within(Promise.race([hop.connected, answering]), { ms: left, signal: end }, noConnection);
    const answer = await within(answering, { ms: headersTimeoutMs, signal: end }, late(headersTimeoutMs, 'no answer'));
    const limit = Math.min(request.maxBytes ?? guard.maxBytes, guard.maxBytes);
    return await within(digest(answer, hop, url, asked, limit), { signal: end }, noConnection);
  } finally {
    hop.close();
  }
}

/** Makes a result of an answer. @throws FetchError */
async function digest(
  answer: Answer,
  hop: HttpHop,
  url: URL,
  asked: Readonly<Record<string, string>>,
  limit: number,
): Promise<Visit> {
  const { statusCode: status } = answer;
  answer.body.on('error', () => {}); // Closing the connection ends a body that nobody reads; that is no failure.
  const header = (name: string) => [answer.headers[name] ?? []].flat()[0];
  const location = header('location');
  if (REDIRECTS.has(status) && location !== undefined) return { location };
  const notModified = status === 304 && Object.keys(asked).some((name) => name.startsWith('if-'));
  if (!notModified && (status < 200 || status > 299)) {
    const retryAfterMs = parseRetryAfter(header('retry-after'));
    throw new FetchError('FETCH_HTTP_STATUS', `${displayUrl(url)} answered ${status}`, { status, retryAfterMs });
  }
  const meta = {
    ...(header('etag') !== undefined && { etag: header('etag') }),
    ...(header('last-modified') !== undefined && { lastModified: header('last-modified') }),
    ...(header('content-type') !== undefined && { contentType: header('content-type') }),
  };
  if (notModified) return { status, notModified, body: new Uint8Array(), headers: meta };
  const encoded = { encoding: header('content-encoding') ?? '', length: Number(header('content-length') ?? 0) };
  try {
    return { status, notModified, body: await readBody(answer.body, url, encoded, limit), headers: meta };
  } catch (cause) {
    throw hop.failure(cause);
  }
}

function conditional({ condition }: FetchOptions, url: URL): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': ACCEPT_ENCODING };
  if (!condition || condition.appliesTo?.(url.href) === false) return headers;
  if (condition.etag !== undefined) headers['if-none-match'] = condition.etag;
  if (condition.lastModified !== undefined) headers['if-modified-since'] = condition.lastModified;
  return headers;
}

function ended(why: WhyEnded, url: URL, late: string): FetchError {
  return why === 'aborted'
    ? new FetchError('FETCH_ABORTED', `${displayUrl(url)}: the fetch was cancelled`)
    : new FetchError('FETCH_TIMEOUT', `${displayUrl(url)}: ${late}`);
}

const lowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const harmless = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS_HEADERS.has(name.toLowerCase())));

/** Seconds, or an HTTP date (RFC 9110, 10.2.3). */
function parseRetryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

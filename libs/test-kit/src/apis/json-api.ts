import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A record as the API shows it. A record that lacks an id is shown without one. */
export interface JsonApiRecord {
  readonly id?: string | number;
  /** ISO 8601, UTC. */
  readonly updated_at: string;
  readonly deleted?: boolean;
  readonly [field: string]: unknown;
}

export interface JsonApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export type JsonApiFault = 'cut' | 'invalidJson' | 'hang' | 'unavailable';
export type JsonApiStyle = 'link' | 'cursor' | 'page' | 'offset' | 'next' | 'search';

/** The page that a request asks for, in the requested order. */
interface Slice {
  readonly records: readonly JsonApiRecord[];
  readonly start: number;
  readonly limit: number;
  readonly total: number;
}

interface Shaped {
  readonly slice: Slice;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

const DEFAULT_LIMIT = 20;

/**
 * A typical JSON API. No published reference: the same collections in each of the usual ways of paging, by the
 * first part of the path (`/cursor/items`, `/link/items`, …; `search` is POST with the parameters in the body).
 *
 * Parameters: `limit` (default 20, at most `maxLimit`), `updated_since`, `updated_before`, `sort` (`id` by default, or
 * `updated_at`), and the style's own: `cursor`, `page` from 1, `offset`. Bearer tokens; errors as `{ error: { message } }`.
 * Not modelled: conditional requests, writing, rate-limit headers other than Retry-After.
 */
export class JsonApi {
  /** Records by path of the collection without the style: `/items`, `/items/7/notes`. */
  readonly collections = new Map<string, JsonApiRecord[]>();
  /** Every request, in order. */
  readonly requests: JsonApiRequest[] = [];
  /** The accepted bearer token; null: none is required. */
  token: string | null = null;
  /** Maximum page size, regardless of the request. */
  maxLimit = 1000;
  /** Larger pages are answered 504. */
  gatewayTimeoutOver = Infinity;
  /** The fault of every response. */
  always: JsonApiFault | number | null = null;
  /** The faults of the next responses, one each; a number is the Retry-After of a 429. */
  readonly next: (JsonApiFault | number)[] = [];
  #hanging = Promise.withResolvers<void>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<JsonApi> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const api = new JsonApi(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => void api.#answer(request, response));
    return api;
  }

  /** Resolves when a request has arrived that gets no response. */
  get hanging(): Promise<void> {
    return this.#hanging.promise;
  }

  /** Adds a record, or replaces the one with its id. */
  put(collection: string, record: JsonApiRecord): void {
    const records = this.collections.get(collection) ?? [];
    const at = record.id === undefined ? -1 : records.findIndex(({ id }) => id === record.id);
    this.collections.set(collection, at < 0 ? [...records, record] : records.with(at, record));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const url = new URL(request.url!, this.url);
    const requested = await bodyOf(request);
    const query = Object.fromEntries(url.searchParams);
    const { method = '', headers } = request;
    this.requests.push({ method, path: url.pathname, query, headers, body: requested });
    const fault = this.next.shift() ?? this.always;
    if (fault === 'hang') return this.#hanging.resolve();
    if (fault === 'unavailable') return refuse(response, 503, 'down for maintenance');
    if (typeof fault === 'number') return refuse(response, 429, 'slow down', { 'retry-after': String(fault) });
    if (this.token !== null && headers.authorization !== `Bearer ${this.token}`)
      return refuse(response, 401, 'the token is not valid', { 'www-authenticate': 'Bearer error="invalid_token"' });
    const parameters = method === 'POST' ? { ...query, ...(requested as Record<string, string>) } : query;
    const [, style = '', ...rest] = url.pathname.split('/');
    const records = this.collections.get(`/${rest.join('/')}`);
    const shaped = records && shape(style as JsonApiStyle, this.#slice(records, parameters), url);
    if (!records || !shaped || (style === 'search') !== (method === 'POST'))
      return refuse(response, 404, `there is no ${method} ${url.pathname}`);
    if (shaped.slice.limit > this.gatewayTimeoutOver) return refuse(response, 504, 'the backend did not answer');
    send(response, JSON.stringify(shaped.body), shaped.headers, fault);
  }

  #slice(all: readonly JsonApiRecord[], parameters: Readonly<Record<string, unknown>>): Slice {
    const text = (name: string) => (parameters[name] === undefined ? undefined : String(parameters[name]));
    const limit = Math.min(Number(text('limit') ?? DEFAULT_LIMIT), this.maxLimit);
    const [since, before] = [text('updated_since') ?? '', text('updated_before') ?? '\uffff'];
    const matching = all.filter(({ updated_at }) => updated_at >= since && updated_at < before);
    if (text('sort') === 'updated_at') matching.sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1));
    const page = text('page') === undefined ? 0 : (Number(text('page')) - 1) * limit;
    const start = Number(text('offset') ?? decoded(text('cursor')) ?? page);
    return { records: matching.slice(start, start + limit), start, limit, total: matching.length };
  }
}

/** A style's response; undefined for an unknown style. */
function shape(style: JsonApiStyle, slice: Slice, url: URL): Shaped | undefined {
  const end = slice.start + slice.records.length;
  const more = end < slice.total;
  const items = slice.records;
  const next = (name: string, value: string) => {
    const target = new URL(url);
    target.searchParams.set(name, value);
    return target.href;
  };
  const meta = { total: slice.total, next_cursor: more ? encoded(end) : null };
  switch (style) {
    case 'link': {
      const link = `<${url.href}>; rel="self"${more ? `, <${next('offset', String(end))}>; rel="next"` : ''}`;
      return { slice, body: items, headers: { link } };
    }
    case 'cursor':
    case 'search':
      return { slice, body: { data: { items }, meta }, headers: {} };
    case 'page':
    case 'offset':
      return { slice, body: { items, total: slice.total, has_more: more }, headers: {} };
    case 'next':
      return { slice, body: { value: items, next: more ? next('cursor', encoded(end)) : null }, headers: {} };
    default:
      return undefined;
  }
}

// Opaque to a client, as such tokens are.
const encoded = (position: number): string => Buffer.from(`at:${position}`).toString('base64url');
const decoded = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString().slice(3);

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks = await request.toArray();
  return chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as unknown);
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message } }));
}

function send(response: ServerResponse, body: string, headers: Record<string, string>, fault: unknown): void {
  const half = body.slice(0, Math.ceil(body.length / 2));
  const text = fault === 'invalidJson' ? half : body;
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  if (fault !== 'cut') response.end(text);
  else response.write(half, () => response.destroy());
}

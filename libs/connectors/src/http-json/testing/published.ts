import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Small servers in the shapes of published API references, all over the same items. */

export interface Item {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, or form fields. */
  // Each shape reads what its reference says.
  readonly body: Record<string, never> & { readonly [name: string]: never };
}

export type Answered = readonly [status: number, body: unknown, headers?: Record<string, string>];
export type Shape = (asked: Asked, items: readonly Item[], url: string) => Answered;

export const iso = (at: number) => new Date(at).toISOString();
const token = (n: number) => Buffer.from(`at ${n}`).toString('base64url');
const offsetOf = (text: unknown) => (typeof text === 'string' && text !== '' ? Number(Buffer.from(text, 'base64url').toString().slice(3)) : 0); // prettier-ignore
const since = (items: readonly Item[], from: number) => items.filter(({ at }) => at >= from);

/** Slices by an opaque token. */
function paged(items: readonly Item[], cursor: unknown, size: unknown) {
  const start = offsetOf(cursor);
  const end = start + Number(size);
  return { page: items.slice(start, end), next: end < items.length ? token(end) : null };
}

const graphql = (
  asked: Asked,
  items: readonly Item[],
  shape: (nodes: unknown[], pageInfo: unknown, total: number) => unknown,
  from: number,
): Answered => {
  // prettier-ignore
  const { variables, query } = asked.body as unknown as { variables: Record<string, string>; query: string };
  if (!query.includes('pageInfo')) return [200, { errors: [{ message: 'Parse error' }] }];
  const all = since(items, from);
  const { page, next } = paged(all, variables['after'], variables['first']);
  const nodes = page.map(({ id, at }) => ({ id, title: `item ${id}`, updatedAt: iso(at) }));
  return [200, { data: shape(nodes, { hasNextPage: next !== null, endCursor: next }, all.length) }];
};

/** A time in a query language, found by a pattern. */
const timeIn = (text: string | null, pattern: RegExp): number => Date.parse(pattern.exec(text ?? '')?.[1] ?? iso(0));

const jobs = new Map<string, { polls: number; from: number }>();

export const shapes: Readonly<Record<string, Shape>> = {
  stripe: ({ query }, items) => {
    const all = since(items, 1000 * Number(query.get('created[gte]') ?? 0));
    const after = query.get('starting_after');
    const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const end = start + Number(query.get('limit') ?? 10);
    const data = all.slice(start, end).map(({ id, at }) => ({ id, object: 'charge', created: Math.floor(at / 1000) }));
    return [200, { object: 'list', data, has_more: end < all.length, url: '/v1/charges' }];
  },
  'hubspot-list': ({ query }, items) => {
    const { page, next } = paged(items, query.get('after'), query.get('limit') ?? 10);
    const results = page.map(({ id, at }) => ({ id, properties: {}, updatedAt: iso(at), archived: false }));
    return [200, { results, ...(next && { paging: { next: { after: next, link: 'https://x' } } }) }];
  },
  // Refuses to page beyond 10 results, as the published API does beyond 10,000.
  'hubspot-search': ({ body }, items) => {
    const asked = body as unknown as { filterGroups: { filters: { operator: string; value?: number }[] }[]; limit: number; after?: string }; // prettier-ignore
    const filter = asked.filterGroups[0]?.filters[0];
    if (filter && (filter.operator !== 'GTE' || filter.value === undefined)) return [400, { message: 'bad filter' }];
    const all = since(items, filter?.value ?? 0);
    const start = Number(asked.after ?? 0);
    if (start + asked.limit > 10) return [400, { status: 'error', message: 'Paging is limited to 10,000 results' }];
    const end = start + asked.limit;
    const results = all.slice(start, end).map(({ id, at }) => ({ id, properties: {}, updatedAt: iso(at) }));
    return [200, { total: all.length, results, ...(end < all.length && { paging: { next: { after: String(end) } } }) }];
  },
  zendesk: ({ query }, items) => {
    const cursor = query.get('cursor');
    if (cursor === null && query.get('start_time') === null) return [400, { error: 'StartTimeMissing' }];
    if (cursor !== null && query.get('start_time') !== null) return [422, { error: 'StartTimeAndCursor' }];
    const all = since(items, cursor === null ? 1000 * Number(query.get('start_time')) : 0);
    const start = cursor === null ? items.length - all.length : offsetOf(cursor);
    const end = Math.min(start + Number(query.get('per_page') ?? 1000), items.length);
    const tickets = items.slice(start, end).map(({ id, at }) => ({ id, status: 'open', updated_at: iso(at) }));
    return [200, { tickets, after_cursor: token(end), end_of_stream: end >= items.length }];
  },
  shopify: ({ query, path }, items, url) => {
    const info = query.get('page_info');
    if (info !== null && query.get('updated_at_min') !== null) return [400, { errors: { updated_at_min: 'cannot be combined with page_info' } }]; // prettier-ignore
    const all = since(items, Date.parse(query.get('updated_at_min') ?? iso(0)));
    const start = info === null ? items.length - all.length : offsetOf(info);
    const end = start + Number(query.get('limit') ?? 50);
    const orders = items.slice(start, end).map(({ id, at }) => ({ id: Number(id), updated_at: iso(at) }));
    const link = `<${url}${path}?limit=${query.get('limit')}&page_info=${token(end)}>; rel="next"`;
    return [200, { orders }, (end < items.length ? { link } : {}) as Record<string, string>];
  },
  'shopify-graphql': (asked, items) => {
    const { filter } = (asked.body as unknown as { variables: { filter: string } }).variables;
    return graphql(asked, items, (nodes, pageInfo) => ({ products: { nodes, pageInfo } }), timeIn(filter, /updated_at:>='([^']+)'/)); // prettier-ignore
  },
  'github-graphql': (asked, items) => {
    const from = (asked.body as unknown as { variables: { since?: string } }).variables.since ?? iso(0);
    return graphql(asked, items, (nodes, pageInfo, totalCount) => ({ repository: { issues: { nodes, pageInfo, totalCount } } }), Date.parse(from)); // prettier-ignore
  },
  jira: ({ query }, items) => {
    // The time zone of the user who asks: two hours ahead in summer, one in winter.
    const written = /updated >= "(\d{4}-\d\d-\d\d \d\d:\d\d)"/.exec(query.get('jql')!)?.[1];
    if (written === undefined && query.get('jql') !== 'project = OPS ORDER BY updated ASC') return [400, { errorMessages: ['bad JQL'] }]; // prettier-ignore
    const from = written === undefined ? 0 : Date.parse(`${written.replace(' ', 'T')}:00+01:00`);
    const { page, next } = paged(since(items, from), query.get('nextPageToken'), query.get('maxResults'));
    const issues = page.map(({ id, at }) => ({
      id,
      key: `OPS-${id}`,
      fields: { updated: iso(at).replace('Z', '+0000') },
    }));
    return [200, { issues, ...(next ? { nextPageToken: next } : { isLast: true }) }];
  },
  slack: ({ path, body, headers }, items) => {
    if (!String(headers['content-type']).startsWith('application/x-www-form-urlencoded')) return [200, { ok: false, error: 'invalid_post_type' }]; // prettier-ignore
    const fields = body as unknown as Record<string, string>;
    const { page, next } = paged(items, fields['cursor'], fields['limit']);
    const end = { response_metadata: { next_cursor: next ?? '' } };
    if (path.endsWith('.list')) return [200, { ok: true, channels: page.map(({ id, at }) => ({ id, updated: at })), ...end }]; // prettier-ignore
    if (fields['channel'] === undefined) return [200, { ok: false, error: 'channel_not_found' }];
    return [200, { ok: true, messages: [{ ts: '1.1', text: `in ${fields['channel']}` }], response_metadata: { next_cursor: '' } }]; // prettier-ignore
  },
  salesforce: ({ query, path }, items) => {
    const [, start] = /\/query\/01g-(\d+)$/.exec(path) ?? [];
    const soql = query.get('q');
    if (start === undefined && !/^SELECT Id, Name, SystemModstamp FROM Account( WHERE SystemModstamp >= \S+)? ORDER BY SystemModstamp$/.test(soql!)) return [400, [{ errorCode: 'MALFORMED_QUERY', message: 'unexpected token' }]]; // prettier-ignore
    const from = start === undefined ? items.length - since(items, timeIn(soql, />= (\S+)/)).length : Number(start);
    const end = from + 5;
    const records = items
      .slice(from, end)
      .map(({ id, at }) => ({ Id: id, SystemModstamp: iso(at).replace('Z', '+0000') }));
    const done = end >= items.length;
    return [200, { totalSize: items.length, done, records, ...(!done && { nextRecordsUrl: `/services/data/v60.0/query/01g-${end}` }) }]; // prettier-ignore
  },
  'salesforce-bulk': ({ method, path, query, body }, items) => {
    if (method === 'POST') {
      const id = `750-${jobs.size}`;
      jobs.set(id, { polls: 0, from: timeIn((body as unknown as { query: string }).query, />= (\S+)/) });
      return [200, { id, state: 'UploadComplete' }];
    }
    const [, id = '', results] = /\/jobs\/query\/([^/]+)(\/results)?$/.exec(path)!;
    const job = jobs.get(id);
    if (!job) return [404, [{ errorCode: 'NOT_FOUND' }]];
    if (!results) return [200, { id, state: job.polls++ > 0 ? 'JobComplete' : 'InProgress' }];
    const { page, next } = paged(since(items, job.from), query.get('locator'), query.get('maxRecords'));
    const rows = page.map(({ id: key, at }) => `"${key}","a ""name"", with comma","${iso(at).replace('Z', '+0000')}"`);
    return [200, ['"Id","Name","SystemModstamp"', ...rows, ''].join('\n'), { 'content-type': 'text/csv', 'sforce-locator': next ?? 'null' }]; // prettier-ignore
  },
  scim: ({ query }, items) => {
    const all = since(items, timeIn(query.get('filter'), /meta\.lastModified ge "([^"]+)"/));
    const startIndex = Number(query.get('startIndex') ?? 1);
    if (startIndex < 1) return [400, { detail: 'startIndex is 1-based' }];
    const page = all.slice(startIndex - 1, startIndex - 1 + Number(query.get('count')));
    const Resources = page.map(({ id, at }) => ({ id, meta: { lastModified: iso(at) } }));
    const answer = {
      totalResults: all.length,
      startIndex,
      itemsPerPage: page.length,
      ...(page.length > 0 && { Resources }),
    };
    return [200, answer, { 'content-type': 'application/scim+json' }];
  },
  quickbooks: ({ query }, items) => {
    const [, start, max] = /STARTPOSITION (\d+) MAXRESULTS (\d+)$/.exec(query.get('query')!) ?? [];
    if (start === undefined || Number(start) < 1) return [200, { Fault: { Error: [{ Detail: 'QueryParserError' }], type: 'ValidationFault' } }]; // prettier-ignore
    const all = since(items, timeIn(query.get('query'), />= '([^']+)'/));
    const page = all.slice(Number(start) - 1, Number(start) - 1 + Number(max));
    const Invoice = page.map(({ id, at }) => ({ Id: id, MetaData: { LastUpdatedTime: iso(at) } }));
    return [200, { QueryResponse: page.length > 0 ? { Invoice, startPosition: Number(start) } : {}, time: iso(0) }];
  },
  zoho: ({ query, headers }, items) => {
    const all = since(items, Date.parse(String(headers['if-modified-since'] ?? iso(0))));
    if (headers['if-modified-since'] !== undefined && all.length === 0) return [304, ''];
    if (all.length === 0) return [204, ''];
    const size = Number(query.get('per_page'));
    const page = Number(query.get('page'));
    const data = all.slice((page - 1) * size, page * size).map(({ id, at }) => ({ id, Modified_Time: iso(at) }));
    return [200, { data, info: { page, per_page: size, count: data.length, more_records: page * size < all.length } }];
  },
  gmail: ({ query, path }, items) => {
    const [, one] = /\/messages\/(\w+)$/.exec(path) ?? [];
    const item = items.find(({ id }) => id === one);
    if (one !== undefined) return item ? [200, { id: one, internalDate: String(item.at), snippet: 'hi' }] : [404, { error: { message: 'Not Found' } }]; // prettier-ignore
    const all = since(items, 1000 * Number(/after:(\d+)/.exec(query.get('q') ?? '')?.[1] ?? 0));
    const { page, next } = paged(all, query.get('pageToken'), query.get('maxResults'));
    const messages = page.map(({ id }) => ({ id, threadId: id }));
    return [200, { ...(messages.length > 0 && { messages }), ...(next && { nextPageToken: next }), resultSizeEstimate: all.length }]; // prettier-ignore
  },
  wordpress: ({ query }, items) => {
    const all = since(items, Date.parse(query.get('modified_after') ?? iso(0)));
    const size = Number(query.get('per_page'));
    const start = (Number(query.get('page')) - 1) * size;
    if (start > 0 && start >= all.length) return [400, { code: 'rest_post_invalid_page_number', message: 'The page number requested is larger than the number of pages available.', data: { status: 400 } }]; // prettier-ignore
    const posts = all
      .slice(start, start + size)
      .map(({ id, at }) => ({ id: Number(id), modified_gmt: iso(at).slice(0, 19) }));
    return [200, posts, { 'x-wp-total': String(all.length) }];
  },
  elasticsearch: ({ body }, items) => {
    const asked = body as unknown as { size: number; search_after?: [number, string]; query?: { range: { updated_at: { gte: string } } } }; // prettier-ignore
    const all = since(items, Date.parse(asked.query?.range.updated_at.gte ?? iso(0)));
    const start = asked.search_after ? all.findIndex(({ id }) => id === asked.search_after![1]) + 1 : 0;
    const hits = all.slice(start, start + asked.size).map(({ id, at }) => ({ _id: id, _source: { updated_at: iso(at) }, sort: [at, id] })); // prettier-ignore
    return [200, { timed_out: false, _shards: { failed: 0 }, hits: { total: { value: all.length }, hits } }];
  },
};

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
}

/** Serves answers; those that are text are sent as they are. */
export async function serve(
  answer: (asked: Asked, url: string, count: number) => Answered | Promise<Answered>,
): Promise<Served> {
  // prettier-ignore
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname: path, searchParams: query } = new URL(request.url!, url);
      const text = Buffer.concat(await request.toArray()).toString();
      const form = String(request.headers['content-type']).includes('urlencoded');
      const body = (
        form ? Object.fromEntries(new URLSearchParams(text)) : text === '' ? {} : JSON.parse(text)
      ) as Asked['body'];
      asked.push({ method: request.method!, path, query, headers: request.headers, body });
      const [status, answered, headers] = await answer(asked.at(-1)!, url, asked.length);
      const plain = typeof answered === 'string' || answered instanceof Uint8Array;
      response.writeHead(status, { ...(status !== 204 && status !== 304 && { 'content-type': 'application/json' }), ...headers }); // prettier-ignore
      response.end(plain ? answered : JSON.stringify(answered));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

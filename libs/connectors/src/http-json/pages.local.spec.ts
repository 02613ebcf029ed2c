import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpPool, Terminal, type HttpClientOptions } from '@tidemark/resilience';
import { JsonApi } from '@tidemark/test-kit/apis';
import { openSource, type Page } from '@tidemark/connector-sdk';
import { openForTest, TestToken } from '@tidemark/connector-sdk/testing';
import { connector } from './http-json.connector.js';

const signal = new AbortController().signal;
const at = (n: number) => new Date(Date.UTC(2025, 0, 1, n)).toISOString();

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function startApi(): Promise<JsonApi> {
  const api = await JsonApi.start();
  closers.push(() => api.close());
  return api;
}

/** A server that answers every request as the test specifies. */
async function startServer(answer: (path: string, url: string) => [unknown, Record<string, string>?]): Promise<string> {
  const server: Server = createServer((request, response) => {
    const [body, headers] = answer(request.url!, url);
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closers.push(async () => server.close());
  return url;
}

interface Asked {
  readonly pageSize?: number;
  readonly cursor?: Page['cursor'] | null;
  readonly pages?: number;
  readonly credential?: TestToken;
}

async function read(config: unknown, object: string, { pages = Infinity, credential, ...request }: Asked = {}) {
  await using opened = await openForTest(connector, 'source', { config, ...(credential && { credential }) });
  const got: Page[] = [];
  for await (const page of opened.source.read({ object, signal, ...request })) if (got.push(page) >= pages) break;
  return got;
}

const idsOf = (pages: readonly Page[]) => pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));

describe('children of http-json', () => {
  const notes = {
    name: 'notes',
    path: '/offset/items/{id}/notes',
    records: 'items',
    pageSize: { param: 'limit' },
    pagination: { kind: 'offset', param: 'offset', more: 'has_more' },
    parent: { object: 'items', field: 'item', scoped: true },
  };
  const items = {
    name: 'items',
    path: '/page/items',
    records: 'items',
    pageSize: { param: 'limit', max: 4 },
    pagination: { kind: 'page', param: 'page', more: 'has_more' },
  };
  const config = (api: JsonApi, child = {}) => ({ baseUrl: api.url, objects: [{ ...notes, ...child }, items] });

  /** Ten items in pages of four; item n has n modulo 4 notes. */
  async function startNotes() {
    const api = await startApi();
    for (let n = 0; n < 10; n++) {
      api.put('/items', { id: n, updated_at: at(n) });
      api.collections.set(`/items/${n}/notes`, []);
      for (let note = 0; note < n % 4; note++) api.put(`/items/${n}/notes`, { id: note, updated_at: at(n) });
    }
    const all = Array.from({ length: 10 }, (_, n) => Array.from({ length: n % 4 }, (_, note) => `${n}/${note}`)).flat();
    return { api, all };
  }

  it('are read for every record of the parent, and name it', async () => {
    const { api, all } = await startNotes();
    const pages = await read(config(api), 'notes', { pageSize: 2 });
    expect(idsOf(pages)).toEqual(all);
    expect(pages[1]!.records[0]!.data).toMatchObject({ id: 0, item: '1' });
    expect(pages.filter(({ hasMore }) => !hasMore)).toEqual([pages.at(-1)]);
  });

  it('can be resumed after every page, within a parent and between parents', async () => {
    const { api, all } = await startNotes();
    const whole = await read(config(api), 'notes', { pageSize: 2 });
    for (let n = 1; n < whole.length; n++) {
      const cursor = JSON.parse(JSON.stringify(whole[n - 1]!.cursor)) as Page['cursor'];
      expect(idsOf([...whole.slice(0, n), ...(await read(config(api), 'notes', { pageSize: 2, cursor }))])).toEqual(
        all,
      );
    }
  });

  it('lose nothing when the current parent is gone, nor others when one is not found', async () => {
    const { api, all } = await startNotes();
    const [, , first] = await read(config(api), 'notes', { pageSize: 1, pages: 3 });
    api.collections.set(
      '/items',
      api.collections.get('/items')!.filter(({ id }) => id !== 2),
    );
    api.collections.delete('/items/5/notes');
    const rest = await read(config(api), 'notes', { cursor: first!.cursor });
    expect(new Set(idsOf(rest))).toEqual(new Set(all.filter((id) => !/^[25]/.test(id))));
    const problems = rest.flatMap((page) => page.problems);
    expect(problems).toEqual([expect.objectContaining({ objectType: 'notes', code: 'PARENT_NOT_FOUND' })]);
    expect(problems[0]!.message).toContain('of items 5');
  });

  it('are not requested if a field of the parent would lead to another path', async () => {
    const api = await startApi();
    api.put('/items', { id: '..', updated_at: at(0) });
    const [page] = await read(config(api), 'notes');
    expect(page).toMatchObject({ records: [], problems: [{ code: 'PARENT_INVALID' }], hasMore: false });
    expect(api.requests.map(({ path }) => path)).toEqual(['/page/items']);
  });

  it('end with an empty page if there are no parents', async () => {
    const api = await startApi();
    api.collections.set('/items', []);
    expect(await read(config(api), 'notes')).toMatchObject([{ records: [], hasMore: false }]);
  });
});

describe('pages of http-json', () => {
  const object = (pagination: unknown, more = {}) => ({
    name: 'items',
    path: '/items',
    records: 'items',
    pagination,
    ...more,
  });

  it('keep correct numbers when their size changes during a read', async () => {
    const api = await startApi();
    for (let n = 0; n < 100; n++) api.put('/items', { id: n, updated_at: at(n) });
    const numbered = object({ kind: 'page', param: 'page' }, { path: '/page/items', pageSize: { param: 'limit' } });
    const config = { baseUrl: api.url, objects: [numbered] };
    const first = await read(config, 'items', { pageSize: 10, pages: 3 });
    api.gatewayTimeoutOver = 6;
    const rest = await read(config, 'items', { pageSize: 10, cursor: first.at(-1)!.cursor });
    expect(idsOf([...first, ...rest]).map(Number)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(Math.max(...rest.map(({ records }) => records.length))).toBe(5);
  });

  it('are all read when the server returns fewer records than requested', async () => {
    const api = await startApi();
    api.maxLimit = 7;
    for (let n = 0; n < 40; n++) api.put('/items', { id: n, updated_at: at(n) });
    for (const kind of ['page', 'offset']) {
      const capped = object({ kind, param: kind }, { path: `/${kind}/items`, pageSize: { param: 'limit', max: 20 } });
      const pages = await read({ baseUrl: api.url, objects: [capped] }, 'items');
      expect(idsOf(pages).map(Number)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    }
  });

  it('are never smaller than configured, whatever the reader requests or the server rejects', async () => {
    const api = await startApi();
    for (let n = 0; n < 30; n++) api.put('/items', { id: n, updated_at: at(n) });
    const paged = object({ kind: 'offset', param: 'offset' }, { pageSize: { param: 'limit', min: 10, max: 20 } });
    const config = { baseUrl: api.url, objects: [{ ...paged, path: '/offset/items' }] };
    const sizes = () => [...new Set(api.requests.splice(0).map(({ query }) => Number(query['limit'])))];
    expect(idsOf(await read(config, 'items', { pageSize: 3 }))).toHaveLength(30);
    expect(sizes()).toEqual([10]);
    api.gatewayTimeoutOver = 5;
    await expect(read(config, 'items')).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', status: 504 });
    expect(sizes()).toEqual([20, 10]);
  });

  it('are requested within the limits of the config', async () => {
    const pool = createHttpPool();
    const requested: unknown[] = [];
    const spied = {
      ...pool,
      client: (options: HttpClientOptions) => (requested.push(options.limits), pool.client(options)),
    };
    const limits = { requestsPerSecond: 0.5, inFlight: 2 };
    const config = { baseUrl: 'https://api.example.com', limits, objects: [{ name: 'items', path: '/' }] };
    await openSource({ connector, config, pool: spied }).close();
    expect(requested).toEqual([limits]);
    await pool.close();
  });

  it('distinguish records whose ids exceed the precision of a double', async () => {
    const server = createServer((_request, response) =>
      response.end('[{"id":9007199254740992},{"id":9007199254740993}]'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => server.close());
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pages = await read({ baseUrl, objects: [{ name: 'items', path: '/' }] }, 'items');
    expect(idsOf(pages)).toEqual(['9007199254740992', '9007199254740993']);
  });

  it('are requested on the origin of the config only', async () => {
    const url = await startServer(() => [{ items: [{ id: 1 }], next: 'http://127.0.0.1:1/items?page=2' }]);
    const reading = read({ baseUrl: url, objects: [object({ kind: 'nextUrl', next: 'next' })] }, 'items');
    await expect(reading).rejects.toThrow(
      `the next-page link leads to http://127.0.0.1:1, and only ${url} may be called`,
    );
    await expect(reading).rejects.toBeInstanceOf(Terminal);
  });

  it('omit parameters of the credential from cursors', async () => {
    const credential = new TestToken();
    const url = await startServer((path) => {
      const page = Number(/page=(\d)/.exec(path)?.[1] ?? 1);
      const link = `</items?page=${page + 1}&key=${credential.accepted}>; rel="next"`;
      return page < 3 ? [{ items: [{ id: page }] }, { link }] : [{ items: [{ id: page }] }];
    });
    const pages = await read({ baseUrl: url, objects: [object({ kind: 'link' })] }, 'items', { credential });
    expect(idsOf(pages)).toEqual(['1', '2', '3']);
    expect(pages[0]!.cursor).toMatchObject({ at: { page: { url: '/items?page=2' } } });
  });

  it('do not loop', async () => {
    const url = await startServer(() => [{ items: [{ id: 1 }], next: 'again' }]);
    const config = { baseUrl: url, objects: [object({ kind: 'cursor', next: 'next', param: 'token' })] };
    await expect(read(config, 'items')).rejects.toThrow('the next-page link of the response leads to the same page');
  });

  it.each([
    { kind: 'page', param: 'pgae' },
    { kind: 'offset', param: 'ofset' },
  ])('are not read forever when the server ignores the parameter: %j', async (pagination) => {
    const url = await startServer(() => [{ items: [{ id: 1 }, { id: 2 }] }]);
    const reading = read({ baseUrl: url, objects: [object(pagination)] }, 'items');
    await expect(reading).rejects.toMatchObject({
      code: 'SOURCE_INVALID_RESPONSE',
      message: expect.stringContaining('objects.0.pagination.param: the response repeats the previous page'),
    });
  });

  it('are limited to a window by record times if the API has no parameter for it', async () => {
    const api = await startApi();
    for (let n = 0; n < 9; n++) api.put('/items', { id: n, updated_at: at(n) });
    const timed = object({ kind: 'none' }, { path: '/offset/items', updatedAt: 'updated_at' });
    await using opened = await openForTest(connector, 'source', { config: { baseUrl: api.url, objects: [timed] } });
    const request = { object: 'items', window: { from: '2025-01-01T02:00:00Z', to: '2025-01-01T05:00:00Z' }, signal };
    expect(idsOf(await Array.fromAsync(opened.source.read(request)))).toEqual(['2', '3', '4']);
    const untimed = { baseUrl: api.url, objects: [object({ kind: 'none' }, { path: '/offset/items' })] };
    await using other = await openForTest(connector, 'source', { config: untimed });
    await expect(Array.fromAsync(other.source.read(request))).rejects.toThrow('cannot be read from a point in time');
  });
});

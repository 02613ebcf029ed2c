import { JsonApi, type JsonApiStyle } from '@tidemark/test-kit/apis';
import { TestToken, type SourceWorld } from '@tidemark/connector-sdk/testing';

const HOUR = 3_600_000;
const LONG_AGO = Date.parse('2025-03-01T08:00:00Z');

/** The config for each kind of pagination of the test API. */
export const paging: Readonly<Record<JsonApiStyle, Readonly<Record<string, unknown>>>> = {
  link: { pagination: { kind: 'link', resizable: true } },
  cursor: {
    records: 'data.items',
    total: 'meta.total',
    pagination: { kind: 'cursor', next: 'meta.next_cursor', param: 'cursor' },
  },
  page: { records: 'items', pagination: { kind: 'page', param: 'page' } },
  offset: { records: 'items', pagination: { kind: 'offset', param: 'offset', more: 'has_more' } },
  next: { records: 'value', pagination: { kind: 'nextUrl', next: 'next', resizable: true } },
  search: {
    method: 'POST',
    records: 'data.items',
    pagination: { kind: 'cursor', next: 'meta.next_cursor', param: 'cursor' },
  },
};

export const itemsIn = (style: JsonApiStyle) => ({
  name: 'items',
  path: `/${style}/items`,
  updatedAt: 'updated_at',
  deleted: 'deleted',
  incremental: { since: 'updated_since', until: 'updated_before', lookBackSeconds: 60 },
  pageSize: { param: 'limit', max: 1000 },
  ...paging[style],
});

/** The test API with a collection of items, called with a token. */
export async function jsonWorld(style: JsonApiStyle, count: number): Promise<SourceWorld & { readonly api: JsonApi }> {
  const api = await JsonApi.start();
  const token = new TestToken();
  api.token = token.accepted;
  api.collections.set('/items', []);
  const name = (n: number) => `i${String(n).padStart(4, '0')}`;
  const put = (id: string, at: number, more = {}) =>
    api.put('/items', { id, name: `item ${id}`, updated_at: new Date(at).toISOString(), ...more });
  for (let n = 0; n < count; n++) put(name(n), LONG_AGO + n * HOUR);
  const living = () => api.collections.get('/items')!.filter(({ id, deleted }) => id !== undefined && !deleted);
  const set = (what: JsonApi['always'], times: 'once' | 'always') => {
    if (times === 'once') api.next.push(what!);
    else api.always = what;
  };
  return {
    api,
    connection: { config: { baseUrl: api.url, objects: [itemsIn(style)] }, credential: token },
    ids: () => living().map(({ id }) => String(id)),
    add: (more) => {
      const from = api.collections.get('/items')!.length;
      const ids = Array.from({ length: more }, (_, n) => name(from + n));
      for (const id of ids) put(id, Date.now());
      return ids;
    },
    change: (id) => put(id, Date.now(), { name: 'changed' }),
    remove: (id) => put(id, Date.now(), { deleted: true }),
    addWithoutId: () => api.put('/items', { name: 'nobody', updated_at: new Date(LONG_AGO).toISOString() }),
    fault: set,
    gatewayTimeoutOver: (records) => (api.gatewayTimeoutOver = records),
    rateLimit: set,
    expireToken: () => {
      token.expire();
      api.token = token.accepted;
    },
    revokeToken: () => {
      token.expire({ renewable: false });
      api.token = token.accepted;
    },
    hanging: () => api.hanging,
    close: () => api.close(),
  };
}

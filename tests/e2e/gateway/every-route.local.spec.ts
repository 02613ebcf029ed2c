import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isId, rubbishBodies, rubbishIds, Samples } from '../testing/samples.js';
import { isShared, MARK, TwoTenants, withId } from '../testing/two-tenants.js';

type Node = Record<string, any>;

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Node;
}

let both: TwoTenants;
let routes: readonly Route[];
beforeAll(async () => {
  both = await TwoTenants.start();
  routes = Object.entries<Node>(both.document['paths']).flatMap(([path, methods]) =>
    Object.entries<Node>(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}, 60_000);
afterAll(() => both?.close());

const named = ({ method, path }: Route) => `${method} ${path}`;
const hasId = ({ path }: Route) => path.includes('{');

function bodyOf({ operation }: Route, ids: readonly string[]): unknown {
  const schema = operation['requestBody']?.content?.['application/json']?.schema;
  return schema && samples(ids).of(schema);
}

const samples = (ids: readonly string[]) => new Samples(both.document['components'].schemas, ids);

/** The call with the id; where it lacks a query, with the first that completes it. */
async function complete(route: Route, id: string, key: string) {
  const call = (query: string) =>
    both.edge.call(route.method, withId(route.path, id) + query, { key, body: bodyOf(route, [id]) });
  let answer = await call('');
  for (const { name, in: where, schema } of route.operation['parameters'] ?? [])
    if (answer.status === 400 && where === 'query') answer = await call(`?${name}=${String(samples([id]).of(schema))}`);
  return answer;
}

/** What an answer shows as a thing of its own, and not as something that the caller has named. */
function shownIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => (name === 'id' ? [String(one)] : shownIn(one)));
}

describe('every route', () => {
  it("is tried with ids that are its owner's", async () => {
    const found = new Set<string>();
    for (const route of routes.filter((one) => one.method === 'GET' && hasId(one) && !isShared(one.path)))
      for (const id of both.ids) if ((await complete(route, id, both.edge.key)).status === 200) found.add(named(route));
    expect(found.size).toBeGreaterThan(10);
    const records = '/v1/connections/{id}/records';
    for (const path of ['/v1/credentials/{id}', records, `${records}/{object}/{externalId}`, '/v1/jobs/{id}/errors'])
      expect(found).toContain(`GET ${path}`);
  });

  it('that takes an id answers 404 to another tenant, and shows and changes nothing', async () => {
    const { edge, ids, otherKey: key } = both;
    expect(ids.length).toBeGreaterThan(8);
    const own = routes.filter((route) => hasId(route) && !isShared(route.path));
    expect(own.length).toBeGreaterThan(15);
    const before = await edge.get('/v1/connections');
    const wrong: string[] = [];
    for (const route of own)
      for (const id of ids) {
        const { status, body } = await complete(route, id, key);
        const isRefused = status === 404 || (route.path.startsWith('/hooks/') && status === 401);
        if (!isRefused || JSON.stringify(body).includes(MARK)) wrong.push(`${named(route)} ${id}: ${status}`);
      }
    expect(wrong).toEqual([]);
    expect((await edge.get('/v1/connections')).body.data).toEqual(before.body.data);
  }, 60_000);

  it("that finds by an id in its query or its body finds nothing of another tenant's", async () => {
    const { edge, ids, otherKey: key } = both;
    const wrong: string[] = [];
    for (const route of routes.filter((one) => one.path.startsWith('/v1/') && !isShared(one.path))) {
      const inQuery = (route.operation['parameters'] ?? []).filter(
        (one: Node) => one['in'] === 'query' && isId(one['name']),
      );
      for (const id of ids) {
        const query = new URLSearchParams(inQuery.map(({ name }: Node) => [name, id])).toString();
        const body = bodyOf(route, [id]);
        if (route.method !== 'GET' && !JSON.stringify(body ?? '').includes(id)) continue;
        const path = withId(route.path, id);
        const answer = await edge.call(route.method, query ? `${path}?${query}` : path, { key, body });
        const isNothing = answer.status < 500 && !shownIn(answer.body).some((shown) => ids.includes(shown));
        if (!isNothing || JSON.stringify(answer.body).includes(MARK))
          wrong.push(`${named(route)} ${query} ${JSON.stringify(body)}: ${answer.status}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('refuses ids that nothing has, without an error of its own', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(hasId))
      for (const id of rubbishIds) {
        const body = bodyOf(route, [id]);
        const { status } = await both.edge.call(route.method, withId(route.path, id), { body });
        if (status < 400 || status >= 500) wrong.push(`${named(route)} ${id}: ${status}`);
      }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('answers rubbish in bodies and queries without an error of its own', async () => {
    const wrong: string[] = [];
    const query = 'page=-1&perPage=x&id[$gt]=&__proto__=1&state=%00&cursor=%F0%9F&limit=1e9';
    const given = [
      ...rubbishBodies.map((body) => ({ body })),
      { query },
      { body: '<a/>', headers: { 'content-type': 'text/xml' } },
    ];
    for (const route of routes.filter(({ path }) => !path.endsWith('/events')))
      for (const one of given) {
        const {
          body,
          query: text,
          headers,
        } = one as { body?: string; query?: string; headers?: Record<string, string> };
        if (route.method === 'GET' && body !== undefined) continue;
        const path = withId(route.path, both.ids[0]!);
        const url = text === undefined ? path : `${path}?${text}`;
        const { status } = await both.edge.call(route.method, url, {
          body,
          headers: headers ?? {},
          key: both.otherKey,
        });
        if (status >= 500) wrong.push(`${named(route)} ${body ?? text}: ${status}`);
      }
    expect(wrong).toEqual([]);
  }, 60_000);
});

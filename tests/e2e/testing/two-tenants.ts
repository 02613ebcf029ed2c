import { eventually } from '@tidemark/test-kit';
import type { Edge } from '../../installations/edge.js';
import { WatchingEdge } from '../../installations/watching-edge.js';
import { apiOf } from '../../publishers/descriptions.js';
import { PagedApi } from './paged-api.js';
import { idsIn } from './samples.js';

type Node = Record<string, any>;

/** In the name of everything that belongs to the first tenant. */
export const MARK = 'marmalade';

/** A tenant that has something of everything, and another that has nothing. */
export class TwoTenants {
  private constructor(
    private readonly watching: WatchingEdge,
    private readonly api: PagedApi,
    readonly edge: Edge,
    /** All ids that the first tenant sees anywhere. */
    readonly ids: readonly string[],
    /** Of the other tenant, with all scopes. */
    readonly otherKey: string,
    readonly document: Node,
  ) {}

  static async start(): Promise<TwoTenants> {
    const watching = await WatchingEdge.start();
    const { edge, connectionId } = watching;
    await edge.call('PATCH', `/v1/connections/${connectionId}`, { body: { name: `${MARK} api` } });
    await watching.sync(apiOf('1.0.0', { [`/${MARK}`]: ['id', 'total'] }));
    await watching.sync(apiOf('1.1.0', { [`/${MARK}`]: ['id'] }));
    const api = await PagedApi.start();
    await syncIssues(edge, api);
    const data = { tenant: 'default', note: MARK };
    await edge.adapters.broker.publish({ subject: 'tidemark.work.connector-runner.fetch', id: 'bad', data });
    const { key } = await edge.newKey('globex', 'read', 'write', 'operate');
    const { body: document } = await edge.get('/openapi.json', { key: null });
    const found = await eventually(async () => {
      const ids = await harvest(edge, document);
      return ids.changes && ids.letters && ids.records && ids.all;
    }, "everything of the first tenant's in its lists");
    return new TwoTenants(watching, api, edge, found, key, document);
  }

  async close(): Promise<void> {
    await this.watching.close();
    await this.api.stop();
  }
}

/** An integration with a credential: one record, one that cannot be used, and a backfill. */
async function syncIssues(edge: Edge, api: PagedApi): Promise<void> {
  api.objects.set('issues', [
    { id: 1, note: MARK },
    { id: null, note: MARK },
  ]);
  const credential = { name: `${MARK} key`, connector: 'http-json', kind: 'bearer', token: MARK };
  const { body: stored } = await edge.post('/v1/credentials', credential);
  const source = { connector: 'http-json', config: api.config(['issues']), credentialId: stored.id };
  const connectionId = await edge.connect(source, { name: `${MARK} issues` });
  await edge.sync(connectionId);
  const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  await edge.ended(await edge.order(connectionId, { type: 'backfill', window }));
}

/** The path of a call about the thing with this id; of records: about the one that there is. */
export const withId = (path: string, id: string): string =>
  path
    .replace('{object}', 'issues')
    .replace('{externalId}', '1')
    .replace(/\{\w+\}/g, id);

/** The ids in all lists, and in the lists below them. */
async function harvest(edge: Edge, document: Node) {
  const paths = Object.keys(document['paths']).filter(
    (path) => document['paths'][path].get && path.startsWith('/v1/') && !path.endsWith('/events') && !isShared(path),
  );
  const listsOf = async (ids: readonly string[], depth: number) => {
    const found: unknown[] = [];
    for (const path of paths.filter((one) => Number(withId(one, '*').includes('*')) === depth))
      for (const id of depth === 0 ? [''] : ids) {
        const { status, body } = await edge.get(withId(path, id));
        if (status === 200) found.push(body);
      }
    return found;
  };
  const top = await listsOf([], 0);
  const ids = [...new Set(idsIn(top))];
  const below = await listsOf(ids, 1);
  return {
    all: [...new Set([...ids, ...idsIn(below)])],
    changes: below.some((one) => (one as Node)['data']?.[0]?.severity),
    records: below.some((one) => (one as Node)['externalId'] === '1'),
    letters: top.some((one) => (one as Node)['data']?.[0]?.consumer),
  };
}

const shared = ['keys', 'providers', 'projections', 'conditions', 'connectors'];

/** What belongs to the installation, and to no tenant. Everything else is a tenant's own. */
export const isShared = (path: string) => shared.some((name) => path.startsWith(`/v1/${name}`));

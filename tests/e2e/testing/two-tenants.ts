import { eventually } from '@tidemark/test-kit';
import type { Edge } from '../../installations/edge.js';
import { WatchingEdge } from '../../installations/watching-edge.js';
import { apiOf } from '../../publishers/descriptions.js';
import { idsIn } from './samples.js';

type Node = Record<string, any>;

/** In the name of everything that belongs to the first tenant. */
export const MARK = 'marmalade';

/** A tenant that has something of everything, and another that has nothing. */
export class TwoTenants {
  private constructor(
    private readonly watching: WatchingEdge,
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
    const data = { tenant: 'default', note: MARK };
    await edge.adapters.broker.publish({ subject: 'tidemark.work.connector-runner.fetch', id: 'bad', data });
    const { key } = await edge.newKey('globex', 'read', 'write', 'operate');
    const { body: document } = await edge.get('/openapi.json', { key: null });
    const found = await eventually(async () => {
      const ids = await harvest(edge, document);
      return ids.changes && ids.letters && ids.all;
    }, "everything of the first tenant's in its lists");
    return new TwoTenants(watching, edge, found, key, document);
  }

  close(): Promise<void> {
    return this.watching.close();
  }
}

/** The ids in all lists, and in the lists below them. */
async function harvest(edge: Edge, document: Node) {
  const paths = Object.keys(document['paths']).filter(
    (path) => document['paths'][path].get && path.startsWith('/v1/') && !path.endsWith('/events') && !isShared(path),
  );
  const listsOf = async (ids: readonly string[], depth: number) => {
    const found: unknown[] = [];
    for (const path of paths.filter((one) => one.split('{').length - 1 === depth))
      for (const id of depth === 0 ? [''] : ids) {
        const { status, body } = await edge.get(path.replace(/\{\w+\}/g, id));
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
    letters: top.some((one) => (one as Node)['data']?.[0]?.consumer),
  };
}

const shared = ['keys', 'providers', 'projections', 'conditions', 'connectors'];

/** What belongs to the installation, and to no tenant. Everything else is a tenant's own. */
export const isShared = (path: string) => shared.some((name) => path.startsWith(`/v1/${name}`));

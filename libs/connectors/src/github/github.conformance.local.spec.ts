import { sourceConformance, type SourceWorld, type WrongConnection } from '@tidemark/connector-sdk/testing';
import { connector } from './github.connector.js';
import { GithubWorld } from './testing/world.js';

const worldOf = (world: SourceWorld) => world as GithubWorld;

const wrong: readonly WrongConnection<SourceWorld>[] = [
  {
    what: 'an invalid token',
    connection: (world) => {
      worldOf(world).revokeToken();
      return world.connection;
    },
    code: 'SOURCE_AUTH_EXPIRED',
  },
  {
    what: 'a repository that does not exist',
    connection: (world) => ({
      ...world.connection,
      config: worldOf(world).config({ repositories: ['octocat/hello-world', 'octocat/nothing'] }),
    }),
    code: 'SOURCE_NOT_FOUND',
    field: 'repositories.1',
  },
  {
    what: 'a permission that is missing',
    connection: (world) => {
      worldOf(world).api.forbidden.add('issues').add('pulls');
      return world.connection;
    },
    code: 'SOURCE_FORBIDDEN',
    field: 'repositories.0',
  },
  {
    what: 'an unreachable address',
    connection: (world) => ({ ...world.connection, config: worldOf(world).config({ apiUrl: 'http://127.0.0.1:1' }) }),
    code: 'SOURCE_UNREACHABLE',
    field: 'apiUrl',
  },
];

for (const object of ['issues', 'pull_requests'] as const)
  sourceConformance(`github ${object}`, {
    connector,
    object,
    start: (objects) => GithubWorld.start(object, objects),
    fetchId: ({ data }) => `${String(data['repository'])}#${String(data['number'])}`,
    wrong,
  });

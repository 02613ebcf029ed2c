import type { SourceWorld, WrongConnection } from '@tidemark/connector-sdk/testing';
import type { NotionWorld } from './world.js';

const worldOf = (world: SourceWorld) => world as NotionWorld;

/** Connections that cannot read anything. */
export const wrong: readonly WrongConnection<SourceWorld>[] = [
  {
    what: 'an invalid token',
    connection: (world) => {
      worldOf(world).revokeToken();
      return world.connection;
    },
    code: 'SOURCE_AUTH_EXPIRED',
  },
  {
    what: 'a database that is not shared',
    connection: (world) => ({
      ...world.connection,
      config: worldOf(world).config({ databases: ['5e7ab1e00000400080000000000000ff'] }),
    }),
    code: 'SOURCE_NOT_FOUND',
    field: 'databases.0',
  },
  {
    what: 'a capability that is missing',
    connection: (world) => {
      worldOf(world).api.mayReadContent = false;
      return world.connection;
    },
    code: 'SOURCE_FORBIDDEN',
  },
  {
    what: 'an unreachable address',
    connection: (world) => ({ ...world.connection, config: worldOf(world).config({ apiUrl: 'http://127.0.0.1:1' }) }),
    code: 'SOURCE_UNREACHABLE',
    field: 'apiUrl',
  },
];

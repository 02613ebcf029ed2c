import { destinationConformance } from '@tidemark/connector-sdk/testing';
import { connector } from './http.connector.js';
import { rowsWorld } from './testing/rows-api.js';

const configOf = (config: unknown) => config as object;

for (const per of ['row', 'batch'] as const)
  destinationConformance(`http, one request per ${per}`, {
    connector,
    start: () => rowsWorld(per),
    modes: per === 'row' ? ['append', 'upsert', 'update', 'mirror'] : ['upsert', 'mirror'],
    refused: { row: { id: 'bad', name: 'bad', amount: 'much' }, field: 'amount' },
    wrong: [
      {
        what: 'an unreachable address',
        connection: ({ connection }) => ({ ...connection, config: { ...configOf(connection.config), baseUrl: 'http://127.0.0.1:1' } }), // prettier-ignore
        code: 'DESTINATION_UNREACHABLE',
        field: 'baseUrl',
      },
      {
        what: 'a token that is refused',
        connection: (world) => {
          (world as Awaited<ReturnType<typeof rowsWorld>>).revoke();
          return world.connection;
        },
        code: 'DESTINATION_AUTH_EXPIRED',
      },
      {
        what: 'a path for the check that does not exist',
        connection: ({ connection }) => ({ ...connection, config: { ...configOf(connection.config), check: { path: '/nothing/x' } } }), // prettier-ignore
        code: 'DESTINATION_REQUEST_REFUSED',
      },
    ],
  });

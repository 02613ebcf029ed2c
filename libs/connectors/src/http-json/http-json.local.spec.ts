import { jsonWorld } from './testing/json-world.js';
import { sourceConformance, type SourceWorld } from '@tidemark/connector-sdk/testing';
import { connector } from './http-json.connector.js';

const object = { name: 'items', title: 'items', incremental: true, deletions: true, lookBackMs: 60_000 };

const configOf = (world: SourceWorld) =>
  world.connection.config as { baseUrl: string; objects: Record<string, unknown>[] };
const changed = (change: Record<string, unknown>) => (world: SourceWorld) => ({
  ...world.connection,
  config: { ...configOf(world), objects: [{ ...configOf(world).objects[0]!, ...change }] },
});

for (const style of ['cursor', 'link', 'next', 'page', 'offset', 'search'] as const)
  sourceConformance(`http-json, pages by ${style}`, {
    connector,
    object,
    start: (objects) => jsonWorld(style, objects),
    ...(style !== 'cursor' && { without: { rateLimit: 'as with pages by cursor' } }),
    wrong: [
      {
        what: 'an unreachable address',
        connection: (world) => ({ ...world.connection, config: { ...configOf(world), baseUrl: 'http://127.0.0.1:1' } }),
        code: 'SOURCE_UNREACHABLE',
        field: 'baseUrl',
      },
      {
        what: 'a token that is refused',
        connection: (world) => {
          world.revokeToken!();
          return world.connection;
        },
        code: 'SOURCE_AUTH_EXPIRED',
      },
      {
        what: 'a path that does not exist',
        connection: changed({ path: `/${style}/nothing` }),
        code: 'SOURCE_NOT_FOUND',
        field: 'objects.0.path',
      },
      {
        what: 'records at another path',
        connection: changed({ records: 'elsewhere || `"none"`' }),
        code: 'SOURCE_INVALID_RESPONSE',
        field: 'objects.0.records',
      },
      {
        what: 'an id that no record has',
        connection: changed({ id: 'uuid' }),
        code: 'SOURCE_INVALID_RESPONSE',
        field: 'objects.0.id',
      },
      {
        what: 'times in another format',
        connection: changed({ timeFormat: 'epochSeconds' }),
        code: 'SOURCE_INVALID_RESPONSE',
        field: 'objects.0.updatedAt',
      },
    ],
  });

import { driveError, GoogleDriveApi } from '@tidemark/test-kit/apis';
import { sourceConformance, type SourceWorld } from '@tidemark/connector-sdk/testing';
import { oauthWorld, withConfig } from '../testing/oauth-world.js';
import { connector } from './google-drive.connector.js';

const HOUR = 3_600_000;

async function start(objects: number): Promise<SourceWorld> {
  const api = await GoogleDriveApi.start();
  for (let number = 1; number <= objects; number++, api.time += HOUR) api.put(`file-${number}`);
  api.time = Date.now();
  let added = 0;
  return {
    ...oauthWorld(api, { unavailable: () => driveError.backendError(503), throttled: driveError.throttled }),
    ids: () => api.ids,
    add: (count) => Array.from({ length: count }, () => api.put(`new-${++added}`).id),
    change: (id) => void api.put(id, { name: 'changed' }),
    remove: (id) => api.remove(id),
    addWithoutId: () => api.putWithoutId(),
    gatewayTimeoutOver: (records) => (api.timeoutAbove = records),
  };
}

sourceConformance('google-drive', {
  connector,
  object: 'files',
  start,
  wrong: [
    {
      what: 'an unreachable address',
      connection: ({ connection }) => withConfig(connection, { baseUrl: 'http://127.0.0.1:1' }),
      code: 'SOURCE_UNREACHABLE',
      field: 'baseUrl',
    },
    {
      what: 'a shared drive that does not exist',
      connection: ({ connection }) => withConfig(connection, { driveId: 'nowhere' }),
      code: 'SOURCE_NOT_FOUND',
      field: 'driveId',
    },
    {
      what: 'a folder that does not exist',
      connection: ({ connection }) => withConfig(connection, { folder: 'nowhere' }),
      code: 'SOURCE_NOT_FOUND',
      field: 'folder',
    },
    {
      what: 'a folder that is a file',
      connection: ({ connection }) => withConfig(connection, { folder: 'file-1' }),
      code: 'CONFIG_INVALID',
      field: 'folder',
    },
    {
      what: 'a property that files do not have',
      connection: ({ connection }) => withConfig(connection, { fields: ['colour'] }),
      code: 'SOURCE_REQUEST_REFUSED',
      field: 'fields',
    },
    {
      what: 'a token that was revoked',
      connection: (world) => {
        world.revokeToken!();
        return world.connection;
      },
      code: 'SOURCE_AUTH_EXPIRED',
    },
  ],
});

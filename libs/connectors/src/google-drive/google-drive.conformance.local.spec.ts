import { driveError, GoogleDriveApi } from '@tidemark/test-kit/apis';
import { type Connection, sourceConformance, type SourceWorld, TestToken } from '../testing/conformance.js';
import { googleDriveConnector } from './google-drive.connector.js';

const HOUR = 3_600_000;

async function start(objects: number): Promise<SourceWorld> {
  const api = await GoogleDriveApi.start();
  const token = new TestToken();
  api.accept(token.accepted);
  for (let number = 1; number <= objects; number++, api.time += HOUR) api.put(`file-${number}`);
  api.time = Date.now();
  let added = 0;
  const expire = (renewable: boolean) => {
    api.expireTokens();
    token.expire({ renewable });
    if (renewable) api.accept(token.accepted);
  };
  return {
    connection: { config: { baseUrl: api.baseUrl }, credential: token },
    ids: () => api.ids,
    add: (count) => Array.from({ length: count }, () => api.put(`new-${++added}`).id),
    change: (id) => void api.put(id, { name: 'changed' }),
    remove: (id) => api.remove(id),
    addWithoutId: () => api.putWithoutId(),
    fault: (fault, times) => api.fault(fault === 'unavailable' ? driveError.backendError(503) : fault, times),
    gatewayTimeoutOver: (records) => (api.timeoutAbove = records),
    rateLimit: (seconds, times) => api.fault(driveError.throttled(seconds), times),
    expireToken: () => expire(true),
    revokeToken: () => expire(false),
    hanging: () => api.hanging(),
    close: () => api.close(),
  };
}

const withConfig =
  (config: object) =>
  (world: SourceWorld): Connection => ({
    ...world.connection,
    config: { ...(world.connection.config as object), ...config },
  });

sourceConformance('google-drive', {
  connector: googleDriveConnector,
  object: 'files',
  start,
  wrong: [
    {
      what: 'a shared drive that is not there',
      connection: withConfig({ driveId: 'nowhere' }),
      code: 'SOURCE_NOT_FOUND',
      field: 'driveId',
    },
    {
      what: 'a folder that is not there',
      connection: withConfig({ folder: 'nowhere' }),
      code: 'SOURCE_NOT_FOUND',
      field: 'folder',
    },
    {
      what: 'a folder that is a file',
      connection: withConfig({ folder: 'file-1' }),
      code: 'CONFIG_INVALID',
      field: 'folder',
    },
    {
      what: 'a property that files do not have',
      connection: withConfig({ fields: ['colour'] }),
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

import { graphError, MicrosoftGraphApi } from '@tidemark/test-kit/apis';
import { type Connection, sourceConformance, type SourceWorld, TestToken } from '../testing/conformance.js';
import { microsoftGraphMailConnector } from './microsoft-graph-mail.connector.js';

const HOUR = 3_600_000;

/** Two folders, one below the other, that get every other message. */
async function start(objects: number): Promise<SourceWorld> {
  const api = await MicrosoftGraphApi.start();
  const { mailbox } = api;
  const token = new TestToken();
  api.accept(token.accepted);
  mailbox.addFolder('projects', 'Projects', 'inbox');
  const folderOf = (number: number) => (number % 2 === 0 ? 'inbox' : 'projects');
  for (let number = 1; number <= objects; number++, mailbox.time += HOUR)
    mailbox.put(folderOf(number), `message-${number}`);
  mailbox.time = Date.now();
  let added = 0;
  const add = () => {
    const id = `new-${++added}`;
    mailbox.put(folderOf(added), id);
    return id;
  };
  const expire = (renewable: boolean) => {
    api.expireTokens();
    token.expire({ renewable });
    if (renewable) api.accept(token.accepted);
  };
  return {
    connection: { config: { baseUrl: api.baseUrl }, credential: token },
    ids: () => mailbox.ids(),
    add: (count) => Array.from({ length: count }, add),
    change: (id) => mailbox.markRead(id),
    remove: (id) => mailbox.delete(id),
    addWithoutId: () => mailbox.put('inbox', 'without-id', { id: undefined }),
    fault: (fault, times) => api.fault(fault === 'unavailable' ? graphError.unavailable(0) : fault, times),
    gatewayTimeoutOver: (records) => (api.timeoutAbove = records),
    rateLimit: (seconds, times) => api.fault(graphError.throttled(seconds), times),
    expireToken: () => expire(true),
    revokeToken: () => expire(false),
    hanging: () => api.hanging(),
    close: () => api.close(),
  };
}

const withConfig =
  (config: object) =>
  ({ connection }: SourceWorld): Connection => ({
    ...connection,
    config: { ...(connection.config as object), ...config },
  });

sourceConformance('microsoft-graph-mail', {
  connector: microsoftGraphMailConnector,
  object: 'messages',
  start,
  wrong: [
    {
      what: 'a user who is not there',
      connection: withConfig({ mailbox: 'nobody@example.com' }),
      code: 'SOURCE_NOT_FOUND',
      field: 'mailbox',
    },
    {
      what: 'a folder that is not there',
      connection: withConfig({ folders: ['inbox', 'nowhere'] }),
      code: 'SOURCE_NOT_FOUND',
      field: 'folders.1',
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

import { graphError, MicrosoftGraphApi } from '@tidemark/test-kit/apis';
import { sourceConformance, type SourceWorld } from '@tidemark/connector-sdk/testing';
import { oauthWorld, withConfig } from '../testing/oauth-world.js';
import { connector } from './microsoft-graph-mail.connector.js';

const HOUR = 3_600_000;

/** Two folders, one below the other, that get every other message. */
async function start(objects: number): Promise<SourceWorld> {
  const api = await MicrosoftGraphApi.start();
  const { mailbox } = api;
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
  return {
    ...oauthWorld(api, { unavailable: () => graphError.unavailable(0), throttled: graphError.throttled }),
    ids: () => mailbox.ids(),
    add: (count) => Array.from({ length: count }, add),
    change: (id) => mailbox.markRead(id),
    remove: (id) => mailbox.delete(id),
    addWithoutId: () => mailbox.put('inbox', 'without-id', { id: undefined }),
    gatewayTimeoutOver: (records) => (api.timeoutAbove = records),
  };
}

sourceConformance('microsoft-graph-mail', {
  connector,
  object: 'messages',
  start,
  wrong: [
    {
      what: 'an unreachable address',
      connection: ({ connection }) => withConfig(connection, { baseUrl: 'http://127.0.0.1:1' }),
      code: 'SOURCE_UNREACHABLE',
      field: 'baseUrl',
    },
    {
      what: 'a user who does not exist',
      connection: ({ connection }) => withConfig(connection, { mailbox: 'nobody@example.com' }),
      code: 'SOURCE_NOT_FOUND',
      field: 'mailbox',
    },
    {
      what: 'a folder that does not exist',
      connection: ({ connection }) => withConfig(connection, { folders: ['inbox', 'nowhere'] }),
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

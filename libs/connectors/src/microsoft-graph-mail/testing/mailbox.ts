import { afterEach, beforeEach } from '@jest/globals';
import { type Connection, Reader, type ReaderRequest } from '@tidemark/connector-sdk/testing';
import type { Credential } from '@tidemark/resilience';
import { graphError, type Mailbox, MicrosoftGraphApi } from '@tidemark/test-kit/apis';
import { oauthWorld, type OnPage, readAll, withConfig } from '../../testing/oauth-world.js';
import { connector } from '../microsoft-graph-mail.connector.js';

/** Fresh for every test of a file that imports them. */
export let api: MicrosoftGraphApi;
export let mailbox: Mailbox;
export let connection: Connection;

beforeEach(async () => {
  api = await MicrosoftGraphApi.start();
  mailbox = api.mailbox;
  const errors = { unavailable: () => graphError.unavailable(0), throttled: graphError.throttled };
  ({ connection } = oauthWorld(api, errors));
});
afterEach(() => api.close());

export const useCredential = (credential: Credential): void => {
  connection = { ...connection, credential };
};

export const readerOf = (config: object = {}): Reader =>
  new Reader({ connector, object: 'messages', pageSize: 3 }, { connection: withConfig(connection, config) });

export const read = (config: object = {}, request: ReaderRequest = {}, onPage?: OnPage) =>
  readAll(readerOf(config), request, onPage);

export function fill(count: number, folder = 'inbox'): void {
  for (let number = 100; number < 100 + count; number++) mailbox.put(folder, `${folder}-${number}`);
}

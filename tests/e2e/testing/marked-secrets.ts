import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import { OAuthServer } from './oauth-server.js';
import { PagedApi } from './paged-api.js';

/** A part of every secret. */
export const MARK = 'MARKED-SECRET-41a7';
const USER = 'user';
/** As it is, and as a header of kind basic has it. */
const FORMS = [MARK, Buffer.from(`${USER}:${MARK}`).toString('base64')];

/** Which forms of the marked secrets stand in there. */
export const marksIn = (bytes: Uint8Array | string): string[] =>
  FORMS.filter(
    (form) => Buffer.from(bytes).includes(form) || Buffer.from(bytes).includes(JSON.stringify(form).slice(1, -1)),
  );

/**
 * Has credentials of every kind used, refused, renewed, authorised and revoked by systems that repeat what they are sent,
 * also in the errors of rows. @returns every answer of the API
 */
export async function useMarkedSecrets(on: Client): Promise<string> {
  const api = await PagedApi.start();
  const oauth = await OAuthServer.start(MARK);
  const rows = await refusingRows();
  const answers: unknown[] = [];
  const post = async (path: string, body: object) => {
    const { body: answer } = await on.post(path, body);
    answers.push(answer);
    return answer;
  };
  const run = async (connection: string) => {
    const { id } = await post(`/v1/connections/${connection}/jobs`, {});
    const job = await on.ended(id);
    answers.push(job, (await on.get(`/v1/jobs/${id}/timeline`)).body, (await on.get(`/v1/jobs/${id}/errors`)).body);
    return job;
  };
  try {
    api.objects.set('issues', [{ id: 1 }]);
    const { client } = oauth;
    const kinds = [
      { kind: 'bearer', token: MARK },
      { kind: 'basic', username: USER, password: MARK },
      { kind: 'api-key', key: MARK, in: 'header', parameter: 'X-Key' },
      { kind: 'api-key', key: MARK, in: 'query', parameter: 'key' },
      { kind: 'oauth2-client-credentials', client },
      { kind: 'oauth2-authorization-code', client, tokens: { ...oauth.issue(), expiresAt: Date.now() } },
    ];
    for (const secrets of kinds) {
      const given = { webhookSecrets: [MARK], ...secrets };
      const source = await post('/v1/credentials', { name: 'source', connector: 'http-json', ...given });
      const target = await post('/v1/credentials', { name: 'target', connector: 'http', ...given });
      const operation = { method: 'PUT', path: '/rows/{{row.id}}', refusal: { message: 'error' } };
      const destination = {
        ...{ name: 'rows', connector: 'http', credentialId: target.id, mode: 'upsert', key: ['id'] },
        config: { baseUrl: rows.url, objects: [{ name: 'issues', upsert: operation }] },
      };
      const connection = await on.connect(
        { connector: 'http-json', config: api.config(['issues']), credentialId: source.id },
        { destinations: [destination] },
      );
      // Accepted by the source, whatever it is, and then refused.
      api.token = undefined;
      await run(connection);
      api.token = 'another';
      await run(connection);
      if (secrets.kind === 'oauth2-authorization-code') {
        const { url } = (await on.post(`/v1/connections/${connection}/authorize`, { credentialId: source.id })).body;
        answers.push(await (await fetch(oauth.consent(url))).text());
        await on.call('PUT', `/v1/credentials/${source.id}`, {
          body: { ...secrets, tokens: { ...oauth.issue(), expiresAt: 0 } },
        });
        oauth.refuses = 'invalid_grant';
        await run(connection);
        await waitFor(async () => (await on.get(`/v1/connections/${connection}`)).body.state === 'revoked');
        oauth.refuses = undefined;
      }
      answers.push(
        (await on.get(`/v1/credentials/${source.id}`)).body,
        (await on.get(`/v1/connections/${connection}`)).body,
      );
      await post('/v1/credentials', {
        name: 'x',
        connector: 'http-json',
        ...given,
        token: `${MARK}\n`,
        in: MARK,
        client: MARK,
      });
    }
    for (const path of ['credentials', 'connections', 'jobs']) answers.push((await on.get(`/v1/${path}`)).body);
    return JSON.stringify(answers);
  } finally {
    await Promise.all([api.stop(), oauth.stop(), rows.stop()]);
  }
}

/** An API that refuses every row, and repeats what it was sent. */
async function refusingRows() {
  const server = createServer((request, response) => {
    const error = `not accepted: ${request.url} ${JSON.stringify(request.headers)}`;
    response.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

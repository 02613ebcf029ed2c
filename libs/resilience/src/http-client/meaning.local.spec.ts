import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Credential } from '../credentials/credential.js';
import { Terminal } from '../external-error.js';
import { retrySchedule } from '../retry-schedule.js';
import { createHttpClient } from './http-pool.js';
import type { HttpRequest, HttpResponse } from './http-types.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that answers 200 with these bodies in turn, and a client of it with a credential. */
async function start(bodies: readonly object[], status = 200) {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    response.writeHead(status).end(JSON.stringify(bodies[Math.min(requests.push(request), bodies.length) - 1]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  let token = 1;
  const credential: Credential = {
    ...{ id: 'c', kind: 'bearer' as const },
    apply: async (request) => ({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }),
    refresh: async () => (token++, true),
    secret: async () => ({ password: String(token) }),
    redact: (text) => text,
  };
  const client = createHttpClient({ side: 'source', allow: ['127.0.0.1'], retries: retrySchedule([0.001]), credential, origins: ['https://api.example.com'] }); // prettier-ignore
  closers.push(() => client.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { requests, url, client };
}

const meaning = async (answer: HttpResponse) => answer.json<{ means?: { status: number; message: string } }>().means;

describe('the meaning of an answer', () => {
  it('counts instead of its status: after a 503 the request is sent again, a 401 is final without a credential', async () => {
    const { client, url, requests } = await start([
      { means: { status: 503, message: 'busy' } },
      { means: { status: 401, message: 'old' } },
      {},
    ]);
    const origin = new URL(url).origin;
    const own = createHttpClient({ side: 'source', allow: ['127.0.0.1'], retries: retrySchedule([0.001]) });
    closers.push(() => own.close());
    await expect(client.request({ url, meaning })).rejects.toThrow(`${origin} is not an origin`);
    await expect(own.request({ url, meaning })).rejects.toMatchObject({ code: 'SOURCE_AUTH_EXPIRED', message: `${url} answered 200: old` }); // prettier-ignore
    expect(requests).toHaveLength(2);
    expect((await own.request({ url, meaning })).status).toBe(200);
  });

  it('may be an error with a 200, or a success with an error status', async () => {
    const refused = await start([{ means: { status: 400, message: 'no such field' } }]);
    const request: HttpRequest = { url: refused.url, meaning, anonymous: true };
    await expect(refused.client.request(request)).rejects.toBeInstanceOf(Terminal);
    const fine = await start([{ means: { status: 200, message: '' } }], 404);
    expect((await fine.client.request({ url: fine.url, meaning, anonymous: true })).status).toBe(404);
  });
});

it('an anonymous request carries no credential, and may go to another origin', async () => {
  const { client, url, requests } = await start([{}]);
  expect((await client.request({ url, anonymous: true })).status).toBe(200);
  expect(requests[0]!.headers['authorization']).toBeUndefined();
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCredential } from '../index.js';
import { failure, HttpWorld } from '../testing/http-world.js';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

/** Two origins: `/<status>?<url>` redirects, anything else returns the method, headers and body of the request. */
async function origins() {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [, status, to] = /^\/(\d+)\?([^&=]*)/.exec(request.url!) ?? [];
    const body = Buffer.concat(await request.toArray()).toString();
    if (to) response.writeHead(Number(status), { location: decodeURIComponent(to) }).end('moved');
    else response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  };
  const [first, second] = [await world.servers.http(answer), await world.servers.http(answer)];
  return { first, second, to: (status: number, url: string) => `/${status}?${encodeURIComponent(url)}` };
}

describe('a redirect', () => {
  it('to another origin drops credential and headers, also when it returns', async () => {
    const { first, second, to } = await origins();
    const http = world.client();
    const bearer = createCredential('c1', { kind: 'bearer', token: 'hunter2' }, { http });
    const key = createCredential('c2', { kind: 'api-key', key: 'hunter2', in: 'query', name: 'key' }, { http });
    for (const credential of [bearer, key]) {
      const client = world.client({ credential });
      for (const path of [to(302, `${second}/end`), to(307, second + to(302, `${first}/end`))]) {
        const answer = await client.request({ url: first + path, headers: { 'X-Tenant': 'acme', Accept: 'a/b' } });
        expect(answer.redirects).toBeGreaterThan(0);
        expect(answer.json()).toMatchObject({ url: '/end', headers: { accept: 'a/b' } });
        expect(answer.text()).not.toMatch(/hunter2|acme/);
      }
    }
  });

  it('within an origin keeps the credential', async () => {
    const { first, to } = await origins();
    const credential = createCredential('c1', { kind: 'bearer', token: 'hunter2' }, { http: world.client() });
    const answer = await world.client({ credential }).request({ url: first + to(302, '/end') });
    expect(answer).toMatchObject({ url: `${first}/end`, redirects: 1 });
    expect(answer.json()).toMatchObject({ headers: { authorization: 'Bearer hunter2' } });
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', '{"a":1}'],
    [308, 'PATCH', 'PATCH', '{"a":1}'],
  ] as const)('%i turns %s into %s with body %j', async (status, method, then, body) => {
    const { first, to } = await origins();
    const answer = await world.client().request({ url: first + to(status, '/end'), method, json: { a: 1 } });
    expect(answer.json()).toMatchObject({ method: then, body });
  });

  it('never sends a body to another origin', async () => {
    const { first, second, to } = await origins();
    const error = await failure(
      world.client().request({ url: first + to(307, `${second}/end`), method: 'POST', body: 'hunter2' }),
    );
    expect(error).toMatchObject({
      name: 'Terminal',
      code: 'SOURCE_INVALID_RESPONSE',
      connection: 'FETCH_BAD_REDIRECT',
    });
  });

  it.each([
    ['http://169.254.169.254/', 'SOURCE_ADDRESS_REFUSED'],
    ['http://[::1]:1/', 'SOURCE_ADDRESS_REFUSED'],
    ['//10.0.0.1/', 'SOURCE_ADDRESS_REFUSED'],
    ['file:///etc/passwd', 'SOURCE_REQUEST_INVALID'],
    ['http://me:hunter2@127.0.0.1/', 'SOURCE_REQUEST_INVALID'],
  ])('to %s is not followed', async (location, code) => {
    const { first, to } = await origins();
    const error = await failure(world.client().request({ url: first + to(302, location) }));
    expect(error).toMatchObject({ name: 'Terminal', code });
    expect(error.message).not.toContain('hunter2');
  });

  it('is not followed when the caller expects it', async () => {
    const { first, to } = await origins();
    const answer = await world.client().request({ url: first + to(302, '/end'), expect: [302] });
    expect([answer.status, answer.header('location'), answer.text()]).toEqual([302, '/end', 'moved']);
  });

  it('is not followed forever', async () => {
    let requested = 0;
    const base = await world.servers.http((_request, response) => {
      requested++;
      response.writeHead(307, { location: '/' }).end();
    });
    expect(await failure(world.client().request({ url: base }))).toMatchObject({
      ...{ name: 'Terminal', code: 'SOURCE_INVALID_RESPONSE', message: `${base}/: more than 5 redirects` },
    });
    expect(requested).toBe(6);
  });
});

describe('a credential', () => {
  it('is not sent to an origin outside its own', async () => {
    const { first, second } = await origins();
    const credential = createCredential('c1', { kind: 'bearer', token: 'hunter2' }, { http: world.client() });
    const client = world.client({ credential, origins: [`${first}/api/`] });
    expect((await client.request({ url: `${first}/x` })).text()).toContain('hunter2');
    expect(await failure(client.request({ url: `${second}/x` }))).toMatchObject({
      code: 'SOURCE_ADDRESS_REFUSED',
      message: `${second} is not an origin that this connection's credential may be sent to`,
    });
  });
});

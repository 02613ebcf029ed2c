import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createGuardedFetch, FetchError, type GuardOptions } from './index.js';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function serve(listener: RequestListener, host = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function failure(url: string, guard: GuardOptions = {}): Promise<FetchError> {
  const outcome = await createGuardedFetch(guard)(url).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(FetchError);
  return outcome as FetchError;
}

const body = ({ body: bytes }: { body: Uint8Array }) => Buffer.from(bytes).toString();

describe('the guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://127.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0x7F.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://0/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe/',
    'http://10.0.0.1:22/',
    'https://192.168.1.1/',
    'http://100.100.100.200/',
    'http://255.255.255.255/',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http://①②⑦.0.0.1/',
    'http:127.0.0.1',
    'http:\\\\127.0.0.1\\',
    'http://localhost/',
  ])('does not go to %s', async (url) => {
    const error = await failure(url);
    expect(error).toMatchObject({ code: 'FETCH_BLOCKED_ADDRESS', retryable: false });
    expect(error.message).toMatch(/leads to [0-9a-f.:]+, which is not a public address; an operator can allow it$/);
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'data:text/plain,x',
    'javascript:1',
    'no url',
    '',
    'http://',
    'http://a b/',
    'http://256.256.256.256/',
    'http://1.2.3.4.5/',
    'http://0x.x.0x/',
    'http://[fe80::1%25eth0]/',
    'http://user:hunter2@example.com/',
    'http://hunter2@example.com/?hunter2',
    'http://example.com:99999/',
  ])('does not take %j for an address', async (url) => {
    const error = await failure(url);
    expect(error).toMatchObject({ code: 'FETCH_BAD_URL', retryable: false });
    expect(error.message).not.toContain('hunter2');
  });

  it('refuses a name of which only one address is private', async () => {
    const resolve = async () => ['93.184.216.34', '10.0.0.1'];
    expect(await failure('http://mixed.test/', { resolve })).toMatchObject({ code: 'FETCH_BLOCKED_ADDRESS' });
  });

  it('asks for a name once and connects to the address that it checked', async () => {
    const port = await serve((_request, response) => response.end('public'), '127.0.0.2');
    await serve((_request, response) => response.end('internal'), '127.0.0.1', port);
    const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.1']];
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return answers.shift()!;
    };
    const fetch = createGuardedFetch({ allow: ['127.0.0.2/32'], resolve });
    expect(body(await fetch(`http://rebind.test:${port}/`))).toBe('public');
    expect(asked).toEqual(['rebind.test']);
    await expect(fetch(`http://rebind.test:${port}/`)).rejects.toMatchObject({ code: 'FETCH_BLOCKED_ADDRESS' });
  });

  it('keeps the name in the Host header', async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    const fetch = createGuardedFetch({ allow: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] });
    expect(body(await fetch(`http://named.test:${port}/`))).toBe(`named.test:${port}`);
  });

  it('tries the next address of a name when one does not answer', async () => {
    const port = await serve((_request, response) => response.end('here'));
    const fetch = createGuardedFetch({ allow: ['127.0.0.0/8'], resolve: async () => ['127.0.0.9', '127.0.0.1'] });
    expect(body(await fetch(`http://two.test:${port}/`))).toBe('here');
  });

  it.each(['localhost', 'localhost:PORT', '127.0.0.0/8', '127.0.0.1,::1'])('goes where %s allows it', async (entry) => {
    const port = await serve((_request, response) => response.end('inside'));
    const resolve = async () => ['127.0.0.1'];
    const allow = entry.replace('PORT', String(port)).split(',');
    expect(body(await createGuardedFetch({ allow, resolve })(`http://localhost:${port}/`))).toBe('inside');
  });

  it('does not go to another port than the one allowed', async () => {
    expect(await failure('http://localhost:2/', { allow: ['localhost:1'] })).toMatchObject({
      code: 'FETCH_BLOCKED_ADDRESS',
    });
  });
});

describe('a redirect', () => {
  /** Two origins: `/to?<url>` redirects, anything else answers the headers it got. */
  async function origins() {
    const listener: RequestListener = (request, response) => {
      const to = /^\/to\?(.*)$/.exec(request.url!)?.[1];
      if (to === undefined) return void response.end(JSON.stringify(request.headers));
      response.writeHead(302, { location: decodeURIComponent(to) }).end('moved');
    };
    const first = `http://127.0.0.1:${await serve(listener)}`;
    const second = `http://127.0.0.1:${await serve(listener)}`;
    return { first, second, to: (url: string) => `/to?${encodeURIComponent(url)}` };
  }
  const allow = ['127.0.0.1'];
  const headers = { 'X-Tenant': 'acme', Accept: 'application/yaml' };

  it('is followed within an origin, relative or not, with the headers of the caller', async () => {
    const { first, to } = await origins();
    const result = await createGuardedFetch({ allow })(first + to(to('/end?a=b')), { headers });
    expect(result).toMatchObject({ url: `${first}/end?a=b`, redirects: 2 });
    expect(JSON.parse(body(result))).toMatchObject({ 'x-tenant': 'acme', accept: 'application/yaml' });
  });

  it('to another origin leaves the headers of the caller behind, also when it comes back', async () => {
    const { first, second, to } = await origins();
    for (const path of [to(`${second}/end`), to(second + to(`${first}/end`))]) {
      const received = JSON.parse(body(await createGuardedFetch({ allow })(first + path, { headers })));
      expect(received).toMatchObject({ accept: 'application/yaml' });
      expect(received).not.toHaveProperty('x-tenant');
    }
  });

  it.each([
    ['http://169.254.169.254/', 'FETCH_BLOCKED_ADDRESS'],
    ['http://[::1]:1/', 'FETCH_BLOCKED_ADDRESS'],
    ['http://2130706434/', 'FETCH_BLOCKED_ADDRESS'],
    ['//10.0.0.1/', 'FETCH_BLOCKED_ADDRESS'],
    ['file:///etc/passwd', 'FETCH_BAD_URL'],
    ['http://me:hunter2@127.0.0.1/', 'FETCH_BAD_URL'],
    ['http://', 'FETCH_BAD_URL'],
  ])('to %s is not followed', async (location, code) => {
    const { first, to } = await origins();
    const error = await failure(first + to(location), { allow });
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('hunter2');
  });

  it('is not followed for ever', async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests++;
      response.writeHead(307, { location: '/' }).end();
    });
    const error = await failure(`http://127.0.0.1:${port}/start?key=hunter2`, { allow });
    expect(error).toMatchObject({ code: 'FETCH_TOO_MANY_REDIRECTS', retryable: false });
    expect(error.message).toBe(`http://127.0.0.1:${port}/start: more than 5 redirects`);
    expect(requests).toBe(6);
  });

  it('without a place to go is a failure', async () => {
    const port = await serve((_request, response) => void response.writeHead(301).end());
    expect(await failure(`http://127.0.0.1:${port}/`, { allow })).toMatchObject({
      code: 'FETCH_HTTP_STATUS',
      status: 301,
    });
  });
});

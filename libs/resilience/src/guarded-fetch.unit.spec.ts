import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createGuardedFetch, FetchError, type FetchOptions, type GuardOptions } from './index.js';

const open: { server: TcpServer; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
});

/** A real server; answers what `listener` does. */
async function serve(listener: RequestListener, host = '127.0.0.1', port = 0): Promise<string> {
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  open.push({ server, sockets });
  server.listen(port, host);
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** A server that speaks no HTTP. */
async function serveTcp(listener: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => listener(socket.on('error', () => {}).resume()));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  open.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const local: GuardOptions = { allow: ['127.0.0.1'] };
const text = (body: Uint8Array) => Buffer.from(body).toString();

async function failure(url: string, guard: GuardOptions = local, options?: FetchOptions): Promise<FetchError> {
  const outcome = await createGuardedFetch(guard)(url, options).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(FetchError);
  return outcome as FetchError;
}

describe('a guarded fetch', () => {
  it('answers body, selected headers and the URL that answered', async () => {
    const base = await serve((_request, response) => {
      response.setHeader('etag', '"v1"');
      response.setHeader('last-modified', 'Tue, 01 Jul 2025 10:00:00 GMT');
      response.setHeader('content-type', 'application/json');
      response.setHeader('set-cookie', 'a=b');
      response.end('{}');
    });
    expect(await createGuardedFetch(local)(`${base}/api.json#part`)).toEqual({
      status: 200,
      notModified: false,
      body: Buffer.from('{}'),
      headers: { etag: '"v1"', lastModified: 'Tue, 01 Jul 2025 10:00:00 GMT', contentType: 'application/json' },
      url: `${base}/api.json`,
      redirects: 0,
    });
  });

  it('asks conditionally and reports that nothing has changed', async () => {
    const base = await serve((request, response) => {
      response.statusCode = request.headers['if-none-match'] === '"v1"' ? 304 : 200;
      response.end();
    });
    const fetch = createGuardedFetch(local);
    expect(await fetch(base, { condition: { etag: '"v1"' } })).toMatchObject({ notModified: true, status: 304 });
    expect(await fetch(base, { condition: { etag: '"v2"' } })).toMatchObject({ notModified: false, status: 200 });
    const elsewhere = { etag: '"v1"', appliesTo: (url: string) => url === 'http://elsewhere/' };
    expect(await fetch(base, { condition: elsewhere })).toMatchObject({ notModified: false });
  });

  it('sends the time of the last change', async () => {
    const base = await serve((request, response) => response.end(request.headers['if-modified-since']));
    const lastModified = 'Tue, 01 Jul 2025 10:00:00 GMT';
    expect(text((await createGuardedFetch(local)(base, { condition: { lastModified } })).body)).toBe(lastModified);
  });

  it('takes no 304 for an answer when it asked unconditionally', async () => {
    const base = await serve((_request, response) => void response.writeHead(304).end());
    expect(await failure(base)).toMatchObject({ code: 'FETCH_HTTP_STATUS', status: 304, retryable: false });
  });

  it.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [410, false],
    [422, false],
    [300, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
  ])('fails with status %i, retryable: %s', async (status, retryable) => {
    const base = await serve((_request, response) => void response.writeHead(status).end('no'));
    expect(await failure(`${base}/x?key=hunter2`)).toMatchObject({
      code: 'FETCH_HTTP_STATUS',
      status,
      retryable,
      message: `${base}/x answered ${status}`,
    });
  });

  it('passes on how long the server asks to wait', async () => {
    let value = '120';
    const base = await serve((_request, response) => void response.writeHead(429, { 'retry-after': value }).end());
    expect((await failure(base)).retryAfterMs).toBe(120_000);
    value = 'Wed, 01 Jan 2020 00:00:00 GMT';
    expect((await failure(base)).retryAfterMs).toBe(0);
    value = '99999999';
    expect((await failure(base)).retryAfterMs).toBe(86_400_000);
    value = 'soon';
    expect((await failure(base)).retryAfterMs).toBeUndefined();
  });
});

describe('a body', () => {
  const serveBody = (encoding: string, body: Uint8Array) =>
    serve((_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body));

  it.each([
    ['gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['deflate', deflateSync('hello')],
    ['identity', Buffer.from('hello')],
    ['gzip, br', brotliCompressSync(gzipSync('hello'))],
  ])('is decompressed from %s', async (encoding, body) => {
    const base = await serveBody(encoding, body);
    expect(text((await createGuardedFetch(local)(base)).body)).toBe('hello');
  });

  it('may have exactly the limit, and not one byte more', async () => {
    const base = await serve((request, response) => response.end(Buffer.alloc(Number(request.url!.slice(1)))));
    const fetch = createGuardedFetch({ ...local, maxBytes: 1000 });
    expect((await fetch(`${base}/1000`)).body).toHaveLength(1000);
    expect(await failure(`${base}/1001`, { ...local, maxBytes: 1000 })).toMatchObject({
      code: 'FETCH_TOO_LARGE',
      retryable: false,
      message: `${base}/1001: the body is larger than 1000 bytes`,
    });
    await expect(fetch(`${base}/11`, { maxBytes: 10 })).rejects.toMatchObject({ code: 'FETCH_TOO_LARGE' });
    await expect(fetch(`${base}/1001`, { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'FETCH_TOO_LARGE' });
  });

  it('without an end is cut off at the limit, and its connection closed', async () => {
    const closed = Promise.withResolvers<void>();
    const base = await serve((_request, response) => {
      response.on('close', closed.resolve);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await failure(base, { ...local, maxBytes: 1_000_000 })).toMatchObject({ code: 'FETCH_TOO_LARGE' });
    await closed.promise;
  });

  it('that unfolds far beyond the limit is cut off', async () => {
    const base = await serveBody('gzip', gzipSync(Buffer.alloc(50_000_000)));
    expect(await failure(base, { ...local, maxBytes: 1_000_000 })).toMatchObject({ code: 'FETCH_TOO_LARGE' });
  });

  it('that goes on without end and unfolds to nothing is cut off', async () => {
    const nothing = gzipSync('');
    const base = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.concat(Array.from({ length: 500 }, () => nothing))));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await failure(base, { ...local, maxBytes: 100_000 })).toMatchObject({ code: 'FETCH_TOO_LARGE' });
  });

  it.each([
    ['is not what its encoding says', { 'content-encoding': 'gzip' }, Buffer.from('plain')],
    ['is compressed and cut off', { 'content-encoding': 'gzip' }, gzipSync('hello'.repeat(100)).subarray(0, 20)],
    ['has an encoding that was not asked for', { 'content-encoding': 'zstd' }, Buffer.from('x')],
  ])('that %s cannot be read', async (_what, headers, body) => {
    const base = await serve((_request, response) => void response.writeHead(200, headers).end(body));
    expect(await failure(base)).toMatchObject({ code: 'FETCH_BAD_RESPONSE', retryable: true });
  });

  it('that ends before its announced length cannot be read', async () => {
    const base = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('abc', () => response.destroy());
    });
    expect(await failure(base)).toMatchObject({ code: 'FETCH_BAD_RESPONSE', retryable: true });
  });
});

describe('a fetch that takes too long', () => {
  it('ends when the headers do not come', async () => {
    const base = await serve(() => {});
    expect(await failure(base, { ...local, headersTimeoutMs: 30 })).toMatchObject({
      code: 'FETCH_TIMEOUT',
      retryable: true,
      message: `${base}/: no answer after 30 ms`,
    });
  });

  it('ends when the headers come drop by drop', async () => {
    const base = await serveTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('x-a: b\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const error = await failure(base, { ...local, headersTimeoutMs: 60 });
    expect(error.message).toBe(`${base}/: no answer after 60 ms`);
  });

  it('ends when the body comes drop by drop', async () => {
    const base = await serve((_request, response) => {
      const drip = setInterval(() => response.write('.'), 5);
      response.on('close', () => clearInterval(drip));
    });
    expect(await failure(base, { ...local, totalTimeoutMs: 60 })).toMatchObject({
      code: 'FETCH_TIMEOUT',
      message: `${base}/: not done after 60 ms`,
    });
  });

  it('ends when the name is not resolved', async () => {
    const resolve = () => new Promise<never>(() => {});
    const error = await failure('http://slow.test/', { connectTimeoutMs: 20, resolve });
    expect(error).toMatchObject({ code: 'FETCH_TIMEOUT', message: 'http://slow.test/: no connection after 20 ms' });
  });

  it('ends when TLS does not answer', async () => {
    const url = (await serveTcp(() => {})).replace('http:', 'https:');
    expect(await failure(url, { ...local, connectTimeoutMs: 50 })).toMatchObject({ code: 'FETCH_TIMEOUT' });
  });

  it.each(['headers', 'body', 'name'])('is cancelled while the %s hang, and closes its connection', async (where) => {
    const controller = new AbortController();
    const closed = Promise.withResolvers<void>();
    const base = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve());
      if (where === 'body') response.write('part');
      controller.abort();
    });
    const resolve = () => {
      controller.abort();
      return new Promise<never>(() => {});
    };
    const url = where === 'name' ? 'http://slow.test/' : base;
    const error = await failure(url, { ...local, resolve }, { signal: controller.signal });
    expect(error).toMatchObject({ code: 'FETCH_ABORTED', retryable: false });
    if (where !== 'name') await closed.promise;
  });

  it('is not begun when it is cancelled already', async () => {
    let requests = 0;
    const base = await serve((_request, response) => {
      requests++;
      response.end();
    });
    expect(await failure(base, local, { signal: AbortSignal.abort() })).toMatchObject({ code: 'FETCH_ABORTED' });
    await createGuardedFetch(local)(base);
    expect(requests).toBe(1);
  });
});

describe('a connection that fails', () => {
  it('is named when nobody listens', async () => {
    const base = await serve(() => {});
    const [{ server }] = open.splice(0) as [(typeof open)[0]];
    server.close();
    await once(server, 'close');
    expect(await failure(`${base}/x?token=hunter2`)).toMatchObject({
      code: 'FETCH_CONNECT_FAILED',
      retryable: true,
      message: `${base}/x: no connection (ECONNREFUSED)`,
    });
  });

  it('is named when TLS fails', async () => {
    const base = await serve(() => {});
    expect(await failure(base.replace('http:', 'https:'))).toMatchObject({ code: 'FETCH_TLS_FAILED' });
  });

  it('is named when the server hangs up, and is not made twice', async () => {
    let connections = 0;
    const base = await serve((request) => {
      connections++;
      request.socket.destroy();
    });
    expect(await failure(base)).toMatchObject({ code: 'FETCH_BAD_RESPONSE', retryable: true });
    expect(connections).toBe(1);
  });

  it('is named when the answer is no HTTP', async () => {
    const base = await serveTcp((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    expect(await failure(base)).toMatchObject({ code: 'FETCH_BAD_RESPONSE' });
  });

  it('is named when the name is unknown or has no address', async () => {
    const unknown = { resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })) };
    expect(await failure('http://no.test/a?b', unknown)).toMatchObject({
      code: 'FETCH_DNS_FAILED',
      retryable: true,
      message: 'http://no.test/a: the host name cannot be resolved',
    });
    for (const answer of [[], ['not an address']])
      expect(await failure('http://no.test/', { resolve: async () => answer })).toMatchObject({
        code: 'FETCH_DNS_FAILED',
      });
  });
});

import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ExternalError, retrySchedule } from '../index.js';
import { failure, HttpWorld } from '../testing/http-world.js';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

describe('a request', () => {
  it('sends its query, and returns status, headers and body', async () => {
    const base = await world.servers.http((request, response) => {
      response.setHeader('Link', ['<a>; rel="next"', '<b>; rel="last"']);
      response.end(JSON.stringify({ url: request.url, method: request.method }));
    });
    const query = { y: 2, z: ['p', 'q'], none: undefined };
    const answer = await world.client().request({ url: `${base}/a?x=1`, query });
    expect(answer).toMatchObject({ status: 200, notModified: false, redirects: 0 });
    expect(answer.header('LINK')).toBe('<a>; rel="next", <b>; rel="last"');
    expect(answer.json()).toEqual({ url: '/a?x=1&y=2&z=p&z=q', method: 'GET' });
  });

  it('sends JSON, text or bytes', async () => {
    const base = await world.servers.http(async (request, response) => {
      response.setHeader('x-type', request.headers['content-type'] ?? 'none');
      response.end(Buffer.concat(await request.toArray()));
    });
    const client = world.client();
    const json = await client.request({ url: base, method: 'POST', json: { a: 'ü' } });
    expect([json.header('x-type'), json.json()]).toEqual(['application/json', { a: 'ü' }]);
    const text = await client.request({
      url: base,
      method: 'PUT',
      body: 'ü',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect([text.header('x-type'), text.text()]).toEqual(['text/plain', 'ü']);
    const bytes = await client.request({ url: base, method: 'PATCH', body: Uint8Array.of(0, 255) });
    expect([bytes.header('x-type'), [...bytes.body]]).toEqual(['none', [0, 255]]);
  });

  it('may request the head alone, regardless of the size of the body', async () => {
    const headers = { 'content-length': 10 ** 12, 'content-encoding': 'gzip' };
    const base = await world.servers.http((_request, response) => void response.writeHead(200, headers).end());
    const answer = await world.client().request({ url: base, method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: new Uint8Array() });
    expect(answer.header('content-length')).toBe('1000000000000');
  });

  it('accepts 304 for a conditional request, and only then', async () => {
    const base = await world.servers.http((request, response) => {
      response.writeHead(request.headers['if-none-match'] === '"v1"' || request.url === '/304' ? 304 : 200).end('x');
    });
    const client = world.client();
    expect(await client.request({ url: base, condition: { etag: '"v1"' } })).toMatchObject({ notModified: true });
    expect(await client.request({ url: base, condition: { etag: '"v2"' } })).toMatchObject({ notModified: false });
    expect(await failure(client.request({ url: `${base}/304` }))).toMatchObject({ code: 'SOURCE_INVALID_RESPONSE' });
  });

  it('accepts a status that the caller expects', async () => {
    const base = await world.servers.http((_request, response) => void response.writeHead(404).end('nothing'));
    const answer = await world.client().request({ url: base, expect: [404] });
    expect([answer.status, answer.text()]).toEqual([404, 'nothing']);
  });

  it.each([
    ['no URL', 'SOURCE_REQUEST_INVALID'],
    ['file:///etc/passwd', 'SOURCE_REQUEST_INVALID'],
    ['http://me:hunter2@127.0.0.1/', 'SOURCE_REQUEST_INVALID'],
    ['http://169.254.169.254/latest', 'SOURCE_ADDRESS_REFUSED'],
    ['http://2130706434/', 'SOURCE_ADDRESS_REFUSED'],
    ['http://localhost/', 'SOURCE_ADDRESS_REFUSED'],
  ])('to %s is refused: %s', async (url, code) => {
    const error = await failure(world.client({ allow: [] }).request({ url }));
    expect(error).toMatchObject({ name: 'Terminal', code, retryable: false });
    expect(error.message).not.toContain('hunter2');
  });

  it('with an invalid header is refused', async () => {
    const base = await world.servers.http((_request, response) => response.end());
    const error = await failure(world.client().request({ url: base, headers: { 'x-key': 'hunter2\n' } }));
    expect(error).toMatchObject({ name: 'Terminal', code: 'SOURCE_REQUEST_INVALID' });
    expect(error.message).not.toContain('hunter2');
  });
});

describe('a status', () => {
  it.each([
    [400, 'Terminal', 'REQUEST_REFUSED'],
    [401, 'AuthExpired', 'AUTH_EXPIRED'],
    [402, 'Terminal', 'REQUEST_REFUSED'],
    [403, 'Terminal', 'FORBIDDEN'],
    [404, 'Terminal', 'NOT_FOUND'],
    [408, 'Retryable', 'UNREACHABLE'],
    [409, 'Terminal', 'REQUEST_REFUSED'],
    [410, 'Terminal', 'NOT_FOUND'],
    [422, 'Terminal', 'REQUEST_REFUSED'],
    [425, 'Retryable', 'UNREACHABLE'],
    [500, 'Retryable', 'UNREACHABLE'],
    [502, 'Retryable', 'UNREACHABLE'],
    [503, 'Retryable', 'UNREACHABLE'],
    [504, 'Retryable', 'UNREACHABLE'],
    [300, 'Terminal', 'INVALID_RESPONSE'],
  ])('%i is %s …_%s, of source and destination', async (status, name, code) => {
    const base = await world.servers.http((_request, response) => void response.writeHead(status).end());
    const pool = world.pool();
    for (const side of ['source', 'destination'] as const) {
      const request = pool.client({ side }).request({ url: `${base}/x?key=hunter2` });
      const message = `${base}/x answered ${status}`;
      expect(await failure(request)).toMatchObject({ name, code: `${side.toUpperCase()}_${code}`, status, message });
    }
  });

  it.each([
    [429, {}, '', 60_000],
    [429, { 'retry-after': '7' }, '', 7000],
    [429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, '', 30_000],
    [429, { 'retry-after': 'soon', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225612' }, '', 12_000],
    [403, { 'retry-after': '5' }, '', 5000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225612' }, '', 12_000],
    [403, {}, '{"message":"You have exceeded a secondary rate limit."}', 60_000],
    [403, {}, '{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}', 60_000],
  ])('%i with %j and %j is a limit', async (status, headers, body, waitMs) => {
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
    const base = await world.servers.http((_request, response) => {
      response.writeHead(status, { ...headers, date }).end(body);
    });
    const error = await failure(world.client({ clock: world.clock }).request({ url: base }));
    expect(error).toMatchObject({
      ...{ name: 'RateLimited', code: 'RATE_LIMITED', retryable: true, status },
      ...{ until: world.clock.now() + waitMs, retryAfterMs: waitMs },
    });
  });

  it('is reported with the server’s own message, which the caller can inspect', async () => {
    const detail = { error: { message: 'Unknown field\n`nam`', hint: 'hunter2' } };
    const base = await world.servers.http((_request, response) => {
      response.writeHead(422).end(JSON.stringify(detail));
    });
    const error = await failure(world.client().request({ url: base }));
    expect(error.message).toBe(`${base}/ answered 422: Unknown field \`nam\``);
    expect(error.detail).toEqual(detail);
    expect(inspect(error) + JSON.stringify(error)).not.toContain('hunter2');
  });

  it('keeps its meaning when its body is endless, broken or not JSON', async () => {
    const base = await world.servers.http((request, response) => {
      response.writeHead(404, request.url === '/broken' ? { 'content-encoding': 'gzip' } : {});
      response.end(request.url === '/endless' ? Buffer.alloc(10 ** 6, 'x') : '<html>');
    });
    for (const path of ['/endless', '/broken', '/html']) {
      const error = await failure(world.client().request({ url: base + path }));
      expect(error).toMatchObject({ code: 'SOURCE_NOT_FOUND', message: `${base}${path} answered 404` });
    }
  });
});

describe('an answer', () => {
  it.each([
    ['{"a": nope}', 'is not JSON from character 7 on'],
    ['<html>', 'is not JSON from character 0 on'],
    ['{"a": [1, 2', 'is not JSON from character 11 on'],
    ['', 'is empty'],
    [Buffer.from('{"name": "caf\xe9"}', 'latin1'), 'is not UTF-8'],
    [Buffer.from('['.repeat(10 ** 5) + ']'.repeat(10 ** 5)), 'is nested deeper than 500 levels'],
  ])('%# is not JSON, and the error reports where without quoting it', async (body, what) => {
    const base = await world.servers.http((_request, response) => response.end(body));
    const answer = await world.client().request({ url: `${base}/p?key=hunter2` });
    const error = await failure(Promise.resolve().then(() => answer.json()));
    expect(error).toMatchObject({ name: 'Retryable', code: 'SOURCE_INVALID_RESPONSE' });
    expect(error.message).toBe(`${base}/p: the answer ${what}`);
  });

  it('that is JSON may begin with a byte order mark, and loses no digit of a number', async () => {
    const base = await world.servers.http((_request, response) => response.end('\ufeff{"id": 9007199254740993}'));
    expect((await world.client().request({ url: base })).json()).toEqual({ id: '9007199254740993' });
  });

  it('that expands beyond the limit is aborted, and so is one whose declared size exceeds it', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 ** 2));
    const base = await world.servers.http((request, response) => {
      if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      else response.writeHead(200, { 'content-length': 10 ** 9 }).write('x');
    });
    for (const path of ['/bomb', '/large'])
      expect(await failure(world.client().request({ url: base + path, maxBytes: 10 ** 6 }))).toMatchObject({
        name: 'Terminal',
        code: 'SOURCE_RESPONSE_TOO_LARGE',
      });
  });

  it.each([
    ['before its headers', ''],
    ['in its headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['in its chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf'],
    ['by bytes that are not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('that is cut %s is requested again, and then an error', async (_where, bytes) => {
    let requested = 0;
    const base = await world.servers.tcp((socket) => {
      socket.once('data', () => {
        requested++;
        socket.end(bytes);
      });
    });
    const client = world.client({ retries: retrySchedule([0.001, 0.001]) });
    const error = await failure(client.request({ url: base }));
    expect(error).toMatchObject({
      name: 'Retryable',
      code: 'SOURCE_INVALID_RESPONSE',
      connection: 'FETCH_BAD_RESPONSE',
    });
    expect(requested).toBe(3);
  });
});

describe('a connection', () => {
  it('is kept for the next calls of every client of the pool', async () => {
    let connections = 0;
    const base = await world.servers.http((request, response) => {
      response.writeHead(request.url === '/404' ? 404 : 200).end('x'.repeat(1000));
    });
    world.servers.onConnection(base, () => connections++);
    const pool = world.pool();
    for (const path of ['/', '/404', '/', '/404', '/', '/404', '/', '/404'])
      await pool
        .client({ side: 'source' })
        .request({ url: base + path, expect: [] })
        .catch(() => {});
    // The second one stands when a call begins while the end of the previous one is still being handled.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('that the server has closed is replaced', async () => {
    const closed = Promise.withResolvers<void>();
    const base = await world.servers.http((request, response) => {
      response.end('x');
      if (request.url === '/first') response.on('finish', () => request.socket.end());
      request.socket.on('close', closed.resolve);
    });
    const client = world.client();
    await client.request({ url: `${base}/first` });
    await closed.promise;
    expect((await client.request({ url: base })).text()).toBe('x');
  });

  it('leads to the checked address, and every new one is checked again', async () => {
    const first = await world.servers.http(
      (_request, response) => void response.writeHead(200, { connection: 'close' }).end('public'),
      '127.0.0.2',
    );
    const { port } = new URL(first);
    await world.servers.http((_request, response) => response.end('internal'), '127.0.0.1', Number(port));
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const requested: string[] = [];
    const resolve = async (name: string) => {
      requested.push(name);
      return answers.shift()!;
    };
    const client = world.client({ allow: ['127.0.0.2/32'], resolve });
    expect((await client.request({ url: `http://rebind.test:${port}/` })).text()).toBe('public');
    expect(requested).toEqual(['rebind.test']);
    expect(await failure(client.request({ url: `http://rebind.test:${port}/` }))).toMatchObject({
      code: 'SOURCE_ADDRESS_REFUSED',
    });
  });

  it.each([
    ['refused', { resolve: async () => ['127.0.0.1'] }, 'http://refused.test:1/', 'FETCH_CONNECT_FAILED'],
    ['to a name without address', { resolve: async () => [] }, 'http://none.test/', 'FETCH_DNS_FAILED'],
    [
      'that is not established in time',
      { resolve: () => new Promise<never>(() => {}), connectTimeoutMs: 20 },
      'http://slow.test/',
      'FETCH_CONNECT_FAILED',
    ],
  ])('%s makes the target unreachable', async (_what, options, url, connection) => {
    const error = await failure(world.client({ ...options, allow: ['127.0.0.0/8'] }).request({ url }));
    expect(error).toBeInstanceOf(ExternalError);
    expect(error).toMatchObject({ name: 'Retryable', code: 'SOURCE_UNREACHABLE', connection });
  });
});

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failure, HttpWorld } from '../testing/http-world.js';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

const tooLarge = { name: 'Terminal', code: 'SOURCE_RESPONSE_TOO_LARGE' };

describe('a body', () => {
  const serveBody = (encoding: string, body: Uint8Array) =>
    world.servers.http(
      (_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );

  it.each([
    ['gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['deflate', deflateSync('hello')],
    ['identity', Buffer.from('hello')],
    ['gzip, br', brotliCompressSync(gzipSync('hello'))],
  ])('is decompressed from %s', async (encoding, body) => {
    const base = await serveBody(encoding, body);
    expect((await world.client().request({ url: base })).text()).toBe('hello');
  });

  it('may have exactly the limit, and not one byte more', async () => {
    const base = await world.servers.http((request, response) =>
      response.end(Buffer.alloc(Number(request.url!.slice(1)))),
    );
    const client = world.client({ maxBytes: 1000 });
    expect((await client.request({ url: `${base}/1000` })).body).toHaveLength(1000);
    expect(await failure(client.request({ url: `${base}/1001` }))).toMatchObject({
      ...tooLarge,
      message: `${base}/1001: the body is larger than 1000 bytes`,
    });
    expect(await failure(client.request({ url: `${base}/11`, maxBytes: 10 }))).toMatchObject(tooLarge);
    expect(await failure(client.request({ url: `${base}/1001`, maxBytes: 10_000 }))).toMatchObject(tooLarge);
  });

  it('without an end is cut off at the limit, and its connection closed', async () => {
    const closed = Promise.withResolvers<void>();
    const base = await world.servers.http((_request, response) => {
      response.on('close', closed.resolve);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await failure(world.client({ maxBytes: 1_000_000 }).request({ url: base }))).toMatchObject(tooLarge);
    await closed.promise;
  });

  it('that is endless and expands to nothing is cut off', async () => {
    const nothing = gzipSync('');
    const base = await world.servers.http((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.concat(Array.from({ length: 500 }, () => nothing))));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await failure(world.client({ maxBytes: 100_000 }).request({ url: base }))).toMatchObject(tooLarge);
  });

  it.each([
    ['is not what its encoding says', { 'content-encoding': 'gzip' }, Buffer.from('plain')],
    ['is compressed and cut off', { 'content-encoding': 'gzip' }, gzipSync('hello'.repeat(100)).subarray(0, 20)],
    ['has an encoding that was not requested', { 'content-encoding': 'zstd' }, Buffer.from('x')],
  ])('that %s cannot be read', async (_what, headers, body) => {
    const base = await world.servers.http((_request, response) => void response.writeHead(200, headers).end(body));
    expect(await failure(world.client().request({ url: base }))).toMatchObject({
      ...{ name: 'Retryable', code: 'SOURCE_INVALID_RESPONSE' },
    });
  });
});

describe('a response that arrives very slowly', () => {
  it.each(['headers', 'body'])('is not waited for longer than the limit, in its %s', async (where) => {
    const base = await world.servers.tcp((socket) => {
      socket.write(where === 'body' ? 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n' : 'HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write(where === 'body' ? '.' : 'x-a: b\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await failure(world.client().request({ url: base, timeoutMs: 60 }))).toMatchObject({
      ...{ name: 'Retryable', code: 'SOURCE_UNREACHABLE', timedOut: true },
      message: `${base}/: not finished after 60 ms`,
    });
  });
});

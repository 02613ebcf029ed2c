import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@tidemark/test-kit';
import { createCredential, retrySchedule } from '../index.js';
import { failure, HttpWorld } from '../testing/http-world.js';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

const credential = (id: string) =>
  createCredential(id, { kind: 'bearer', token: `token of ${id}` }, { http: world.client() });

/** A server that keeps every request waiting until the test answers it, in order of arrival. */
async function patient() {
  const waiting: { url: string; response: ServerResponse }[] = [];
  const base = await world.servers.http((request, response) => {
    waiting.push({ url: request.url!, response });
  });
  const answer = async (url: string) => {
    await waitFor(() => waiting.some((each) => each.url === url), url);
    const at = waiting.findIndex((each) => each.url === url);
    waiting.splice(at, 1)[0]!.response.end(url);
  };
  return { base, answer, urls: () => waiting.map(({ url }) => url) };
}

describe('a token bucket', () => {
  it('is shared by all clients with the same credential, and by no others', async () => {
    let requested = 0;
    const base = await world.servers.http((_request, response) => {
      requested++;
      response.end();
    });
    const pool = world.pool({ clock: world.clock });
    const limits = { requestsPerSecond: 2, burst: 2 };
    const [a, b] = [1, 2].map(() => pool.client({ side: 'source', credential: credential('one'), limits }));
    const other = pool.client({ side: 'source', credential: credential('two'), limits });
    const all = [a, b, a, b].map((client) => client!.request({ url: base }));
    await Promise.all(all.slice(0, 2));
    await other.request({ url: base });
    expect(requested).toBe(3);
    await world.clock.advance(499);
    expect(requested).toBe(3);
    await world.clock.advance(1);
    await all[2];
    expect(requested).toBe(4);
    await world.clock.advance(500);
    await all[3];
    expect(requested).toBe(5);
  });

  it('refuses at once calls that it could not admit in time, without a request', async () => {
    let requested = 0;
    const base = await world.servers.http((_request, response) => {
      requested++;
      response.end();
    });
    const client = world.client({ clock: world.clock, limits: { requestsPerSecond: 0.1 } });
    await client.request({ url: base });
    const error = await failure(client.request({ url: base, timeoutMs: 19_000 }));
    expect(error).toMatchObject({ name: 'RateLimited', until: world.clock.now() + 10_000, retryAfterMs: 10_000 });
    expect(requested).toBe(1);
  });
});

describe('an exhausted allowance', () => {
  it.each([
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225605' }, 5000],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '5' }, 5000],
    [{ ratelimit: 'limit=100, remaining=0, reset=5' }, 5000],
    [
      { ratelimit: '"burst";r=10;t=1, "day";r=0;t=5', 'ratelimit-policy': '"burst";q=10;w=1, "day";q=1000;w=86400' },
      5000,
    ],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225605000' }, 5000],
  ])('by %j makes the next call of the credential wait', async (headers, waitMs) => {
    const requested: string[] = [];
    const base = await world.servers.http((request, response) => {
      requested.push(request.url!);
      const news = request.url === '/1' ? headers : {};
      response.writeHead(200, { ...news, date: 'Thu, 01 Jan 2026 00:00:00 GMT' }).end();
    });
    const pool = world.pool({ clock: world.clock });
    const client = pool.client({ side: 'source', credential: credential('one') });
    await client.request({ url: `${base}/1` });
    const second = client.request({ url: `${base}/2` });
    await pool.client({ side: 'source', credential: credential('two') }).request({ url: `${base}/other` });
    await world.clock.advance(waitMs - 1);
    expect(requested).toEqual(['/1', '/other']);
    await world.clock.advance(1);
    await second;
    expect(requested).toEqual(['/1', '/other', '/2']);
  });

  it('that is renewed much later refuses at once, until then', async () => {
    let requested = 0;
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1767229200',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    };
    const base = await world.servers.http((_request, response) => {
      requested++;
      response.writeHead(200, headers).end();
    });
    const client = world.client({ clock: world.clock });
    await client.request({ url: base });
    const until = world.clock.now() + 3_600_000;
    expect(await failure(client.request({ url: base }))).toMatchObject({ name: 'RateLimited', until });
    expect(requested).toBe(1);
    await world.clock.advanceTo(until);
    await client.request({ url: base });
    expect(requested).toBe(2);
  });

  it.each([
    [{ 'x-ratelimit-remaining': '0' }],
    [{ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1767229200' }],
    [{ ratelimit: '"default";r=1;t=5000' }],
    [{ ratelimit: '=;nonsense' }],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': 'later' }],
  ])('is not what %j says', async (headers) => {
    const base = await world.servers.http((_request, response) => void response.writeHead(200, headers).end());
    const client = world.client({ clock: world.clock });
    await client.request({ url: base });
    expect(await client.request({ url: base })).toMatchObject({ status: 200 });
  });
});

describe('a server that reports a rate limit', () => {
  it('gets no requests with the credential until the limit ends', async () => {
    let requested = 0;
    const base = await world.servers.http((_request, response) => {
      response.writeHead(requested++ === 0 ? 429 : 200, { 'retry-after': '60' }).end();
    });
    const pool = world.pool({ clock: world.clock });
    const [one, two] = ['one', 'two'].map((id) => pool.client({ side: 'source', credential: credential(id) }));
    const until = world.clock.now() + 60_000;
    expect(await failure(one!.request({ url: base }))).toMatchObject({ name: 'RateLimited', status: 429, until });
    const again = pool.client({ side: 'destination', credential: credential('one') });
    expect(await failure(again.request({ url: base }))).toMatchObject({ name: 'RateLimited', until });
    expect(requested).toBe(1);
    expect(await two!.request({ url: base })).toMatchObject({ status: 200 });
    await world.clock.advanceTo(until);
    expect(await again.request({ url: base })).toMatchObject({ status: 200 });
  });
});

describe('the cap on calls in flight', () => {
  it('counts all clients of the pool, and admits them in order of arrival', async () => {
    const { base, answer, urls } = await patient();
    const pool = world.pool({ inFlight: 2 });
    const ended: string[] = [];
    const calls = ['/1', '/2', '/3', '/4'].map(async (path) => {
      await pool.client({ side: 'source' }).request({ url: base + path });
      ended.push(path);
    });
    await waitFor(() => urls().length === 2);
    for (const path of ['/2', '/1', '/3', '/4']) await answer(path);
    await Promise.all(calls);
    expect(ended).toEqual(['/2', '/1', '/3', '/4']);
  });

  it('may be lower for one client, which waits for its turn without being overtaken', async () => {
    const { base, answer, urls } = await patient();
    const pool = world.pool({ inFlight: 2 });
    const ordinary = pool.client({ side: 'source' });
    const careful = pool.client({ side: 'source', limits: { inFlight: 1 } });
    const ended: string[] = [];
    const calls = [ordinary, careful, ordinary].map(async (client, index) => {
      await client.request({ url: `${base}/${index}` });
      ended.push(`/${index}`);
    });
    await waitFor(() => urls().length === 1);
    for (const path of ['/0', '/1', '/2']) await answer(path);
    await Promise.all(calls);
    expect(ended).toEqual(['/0', '/1', '/2']);
  });

  it.each([{ requestsPerSecond: 0 }, { burst: -1 }, { inFlight: NaN }])(
    'and its like are above zero, not %j',
    (limits) => {
      expect(() => world.client({ limits })).toThrow(RangeError);
    },
  );

  it('is kept for each target', async () => {
    const [slow, quick] = [await patient(), await patient()];
    const pool = world.pool({ inFlight: 1 });
    const client = pool.client({ side: 'source' });
    const first = client.request({ url: `${slow.base}/1` });
    const second = client.request({ url: `${quick.base}/2` });
    await quick.answer('/2');
    await second;
    await slow.answer('/1');
    await first;
  });

  it('gives the turn of a waiter that left to the next', async () => {
    const { base, answer } = await patient();
    const client = world.client({ inFlight: 1 });
    const leaving = new AbortController();
    const first = client.request({ url: `${base}/1` });
    const second = client.request({ url: `${base}/2`, signal: leaving.signal });
    const third = client.request({ url: `${base}/3` });
    leaving.abort();
    await expect(second).rejects.toThrow(leaving.signal.reason);
    await answer('/1');
    await answer('/3');
    expect((await first).text() + (await third).text()).toBe('/1/3');
  });

  it('is waited for during half of the time limit', async () => {
    const { base, answer, urls } = await patient();
    const client = world.client({ clock: world.clock, inFlight: 1 });
    const first = client.request({ url: `${base}/1` });
    await waitFor(() => urls().length === 1);
    const second = failure(client.request({ url: `${base}/2`, timeoutMs: 10_000 }));
    await world.clock.advance(5000);
    expect(await second).toMatchObject({
      ...{ name: 'RateLimited', message: `${base}: no slot among the 1 calls in flight for 5 s` },
    });
    await answer('/1');
    await first;
  });
});

describe('a retry', () => {
  const failing = async (status: number, headers = {}) => {
    const requested: string[] = [];
    const base = await world.servers.http((request, response) => {
      requested.push(request.method!);
      if (requested.length < 3) response.writeHead(status, headers).end();
      else response.end('at last');
    });
    return { base, requested };
  };

  it.each([408, 429, 502, 503, 504])('is made after %i, on schedule', async (status) => {
    const { base, requested } = await failing(status, status === 429 ? { 'retry-after': '0' } : {});
    const client = world.client({ clock: world.clock, retries: retrySchedule([1, 2]), random: () => 1 });
    const request = client.request({ url: base });
    for (const [count, ms] of [
      [1, 1249],
      [1, 1],
      [2, 2499],
      [2, 1],
    ] as const) {
      await waitFor(() => world.clock.timers === 2); // Time limit and pause.
      expect(requested).toHaveLength(count);
      await world.clock.advance(ms);
    }
    expect((await request).text()).toBe('at last');
  });

  it.each([
    ['GET', undefined, 3],
    ['HEAD', undefined, 3],
    ['PUT', undefined, 3],
    ['DELETE', undefined, 3],
    ['POST', undefined, 1],
    ['PATCH', undefined, 1],
    ['POST', true, 3],
    ['PUT', false, 1],
  ] as const)('of %s with idempotent %s: %i requests in all', async (method, idempotent, count) => {
    const { base, requested } = await failing(503);
    const client = world.client({ retries: retrySchedule([0.001, 0.001]) });
    await client.request({ url: base, method, ...(idempotent !== undefined && { idempotent }) }).catch(() => {});
    expect(requested).toHaveLength(count);
  });

  it.each([400, 401, 403, 404, 500, 501])('is not made after %i', async (status) => {
    const { base, requested } = await failing(status);
    const client = world.client({ retries: retrySchedule([0.001, 0.001]) });
    expect(await failure(client.request({ url: base }))).toMatchObject({ status });
    expect(requested).toHaveLength(1);
  });

  it('is left to the caller when the server asks for a long pause', async () => {
    const { base, requested } = await failing(503, { 'retry-after': '11' });
    const client = world.client({ retries: retrySchedule([0.001, 0.001]) });
    expect(await failure(client.request({ url: base }))).toMatchObject({ name: 'Retryable', retryAfterMs: 11_000 });
    expect(requested).toHaveLength(1);
  });

  it('of a POST is made when nothing can have been sent', async () => {
    const answers = [[], [], ['127.0.0.1']];
    const base = await world.servers.http((_request, response) => response.end('at last'));
    const client = world.client({ resolve: async () => answers.shift()!, retries: retrySchedule([0.001, 0.001]) });
    const url = `http://named.test:${new URL(base).port}/`;
    expect((await client.request({ url, method: 'POST', body: 'x' })).text()).toBe('at last');
  });
});

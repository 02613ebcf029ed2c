import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BreakerChange, PageSize, retrySchedule } from '../index.js';
import { failure, HttpWorld } from '../testing/http-world.js';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

/** Responds with the current `status`. */
async function moody() {
  const mood = { status: 500, requested: 0 };
  const base = await world.servers.http((_request, response) => {
    mood.requested++;
    response.writeHead(mood.status).end();
  });
  return { mood, base };
}

describe('the breaker of a target', () => {
  it('opens for all clients, admits one of many after a minute, and closes when that succeeds', async () => {
    const { mood, base } = await moody();
    const changes: BreakerChange[] = [];
    const pool = world.pool({ clock: world.clock, onBreakerChange: (change) => changes.push(change) });
    const source = pool.client({ side: 'source' });
    for (let n = 0; n < 5; n++) await failure(source.request({ url: `${base}/${n}` }));
    const destination = pool.client({ side: 'destination' });
    expect(await failure(destination.request({ url: base }))).toMatchObject({
      ...{ name: 'Retryable', code: 'DESTINATION_UNREACHABLE', retryAfterMs: 60_000 },
      message: `${base} failed 5 times in a row and is not called for the time being`,
    });
    expect(mood.requested).toBe(5);
    await world.clock.advance(60_000);
    mood.status = 200;
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => source.request({ url: base })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(mood.requested).toBe(6);
    await source.request({ url: base });
    expect(changes.map(({ target, from, to, cause }) => [target, from, to, cause])).toEqual([
      [base, 'closed', 'open', `${base}/4 answered 500`],
      [base, 'open', 'half-open', 'the pause is over: one probe call is admitted'],
      [base, 'half-open', 'closed', 'the probe call succeeded'],
    ]);
  });

  it('counts failed connections and truncated responses, each attempt of them', async () => {
    const base = await world.servers.tcp((socket) => socket.once('data', () => socket.destroy()));
    const pool = world.pool({ retries: retrySchedule([0.001, 0.001]) });
    const client = pool.client({ side: 'source' });
    await failure(client.request({ url: base }));
    expect(pool.breaker(base).state).toEqual({ status: 'closed', failures: 3 });
    await failure(client.request({ url: 'http://127.0.0.1:1/' }));
    expect(pool.breaker('http://127.0.0.1:1').state).toEqual({ status: 'closed', failures: 3 });
  });

  it.each([400, 401, 403, 404, 408, 422, 429])('is not affected by %i', async (status) => {
    const { mood, base } = await moody();
    const pool = world.pool();
    const client = pool.client({ side: 'source' });
    await failure(client.request({ url: base }));
    mood.status = status;
    await failure(client.request({ url: base }));
    expect(pool.breaker(base).state).toEqual({ status: 'closed', failures: 0 });
  });

  it('is kept per name of the target, where one is given', async () => {
    const [a, b] = [await moody(), await moody()];
    const pool = world.pool({ breaker: { failures: 2 } });
    const client = pool.client({ side: 'source', target: 'api' });
    await failure(client.request({ url: a.base }));
    await failure(client.request({ url: b.base }));
    expect((await failure(client.request({ url: a.base }))).message).toMatch(/^api failed 2 times in a row/);
    expect(pool.breaker('api').state.status).toBe('open');
  });
});

describe('pages that are too large', () => {
  it('are neither retried unchanged nor counted against the target', async () => {
    const requested: number[] = [];
    const base = await world.servers.http((request, response) => {
      const size = Number(new URL(request.url!, 'http://x').searchParams.get('size'));
      requested.push(size);
      response.writeHead(size > 2 ? 504 : 200).end(String(size));
    });
    const pool = world.pool({ retries: retrySchedule([0.001]) });
    const client = pool.client({ side: 'source' });
    const pages = new PageSize({ min: 1, max: 1000 }, { backOff: retrySchedule([0]) });
    const page = await pages.attempt((size, onOverload) => client.request({ url: base, query: { size }, onOverload }));
    expect(page.text()).toBe('1');
    expect(requested).toEqual([1000, 500, 250, 125, 62, 31, 15, 7, 3, 1]);
    expect(pool.breaker(base).state).toEqual({ status: 'closed', failures: 0 });
  });

  it('do not affect other requests: those are retried', async () => {
    const { mood, base } = await moody();
    mood.status = 503;
    const client = world.pool({ retries: retrySchedule([0.001]) }).client({ side: 'source' });
    const pages = new PageSize({ min: 50, max: 100 }, { backOff: retrySchedule([0]) });
    await failure(pages.attempt(() => client.request({ url: base })));
    expect(mood.requested).toBe(4);
  });

  it('are an ordinary error at the floor', async () => {
    const { mood, base } = await moody();
    mood.status = 504;
    const pool = world.pool({ retries: retrySchedule([0.001]) });
    const client = pool.client({ side: 'source' });
    const pages = new PageSize({ min: 50, max: 100 }, { backOff: retrySchedule([0]) });
    const error = await failure(
      pages.attempt((size, onOverload) => client.request({ url: base, query: { size }, onOverload })),
    );
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', status: 504 });
    expect(mood.requested).toBe(3);
    expect(pool.breaker(base).state).toEqual({ status: 'closed', failures: 2 });
  });
});

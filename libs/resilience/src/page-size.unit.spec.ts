import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { PageSize, type PageSizeLimits, type PageSizeOptions, Retryable, retrySchedule, Terminal } from './index.js';

const atOnce = { backOff: retrySchedule([0]) };
const unreachable = (options: { status?: number; timedOut?: boolean; retryAfterMs?: number }) =>
  new Retryable('SOURCE_UNREACHABLE', 'too much', options);

/** A source of numbered records that serves pages of up to `bears` records. */
function source(bears: number, records: number, error = () => unreachable({ status: 504 })) {
  const requested: number[] = [];
  const ask = (from: number) => async (size: number) => {
    requested.push(size);
    if (size > bears) throw error();
    return Array.from({ length: Math.min(size, records - from) }, (_, n) => from + n);
  };
  const readAll = async (pages: PageSize) => {
    const read: number[] = [];
    while (read.length < records) read.push(...(await pages.attempt(ask(read.length))));
    return read;
  };
  return { requested, readAll };
}

const pagesOf = (limits: PageSizeLimits, options?: PageSizeOptions) => new PageSize(limits, { ...atOnce, ...options });

describe('a page size', () => {
  it('is halved until the page succeeds, and no record is skipped or repeated', async () => {
    const { requested, readAll } = source(100, 1000);
    expect(await readAll(pagesOf({ min: 10, max: 500 }))).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(requested.slice(0, 4)).toEqual([500, 250, 125, 62]);
  });

  it('is not halved below its floor, where the error is thrown', async () => {
    const { requested, readAll } = source(1, 10);
    await expect(readAll(pagesOf({ min: 30, max: 100 }))).rejects.toMatchObject({ status: 504 });
    expect(requested).toEqual([100, 50, 30]);
  });

  it('grows back after five pages, and more slowly after each failed growth', async () => {
    const { requested, readAll } = source(60, 5000);
    await readAll(pagesOf({ min: 1, max: 100, initial: 50 }));
    const refused = requested.flatMap((size, index) => (size > 60 ? [index] : []));
    expect(refused.slice(0, 4)).toEqual([5, 16, 37, 78]);
  });

  it('grows up to its limit', async () => {
    const { requested, readAll } = source(1000, 1000);
    await readAll(pagesOf({ min: 1, max: 100, initial: 40 }, { growAfter: 1 }));
    expect(requested.slice(0, 4)).toEqual([40, 80, 100, 100]);
  });

  it.each([
    [unreachable({ status: 502 }), 2],
    [unreachable({ status: 503 }), 2],
    [unreachable({ timedOut: true }), 2],
    [new Terminal('SOURCE_RESPONSE_TOO_LARGE', 'too large'), 2],
    [unreachable({ status: 500 }), 1],
    [unreachable({}), 1],
    [new Terminal('SOURCE_NOT_FOUND', 'no', { status: 404 }), 1],
    [new Error('a fault of ours'), 1],
    [unreachable({ status: 503, retryAfterMs: 60_000 }), 1],
  ])('handles %s with %i requests', async (error, times) => {
    const { requested, readAll } = source(0, 10, () => error as Retryable);
    await expect(readAll(pagesOf({ min: 50, max: 100 }))).rejects.toBe(error);
    expect(requested).toHaveLength(times);
  });

  it('shrinks once for pages requested in parallel', async () => {
    const pages = pagesOf({ min: 10, max: 80 });
    const gate = Promise.withResolvers<void>();
    const requested: number[] = [];
    const page = () =>
      pages.attempt(async (size) => {
        requested.push(size);
        await gate.promise;
        if (size > 40) throw unreachable({ status: 504 });
      });
    const all = [page(), page(), page()];
    gate.resolve();
    await Promise.all(all);
    expect(requested).toEqual([80, 80, 80, 40, 40, 40]);
  });

  it('waits before the next request as long as the server asks, unless the caller aborts', async () => {
    const clock = new FakeClock(0);
    const requested: number[] = [];
    const leaving = new AbortController();
    const pages = new PageSize({ min: 1, max: 100 }, { clock, random: () => 0.5 });
    const ask = async () => {
      requested.push(clock.now());
      throw unreachable({ status: 503, retryAfterMs: requested.length === 1 ? 3000 : 0 });
    };
    const reading = pages.attempt(ask, leaving.signal);
    await clock.advance(3200);
    expect(requested).toEqual([0, 3000]);
    leaving.abort();
    await expect(reading).rejects.toBe(leaving.signal.reason);
    expect(clock.timers).toBe(0);
  });

  it.each([
    { min: 0, max: 1 },
    { min: 2, max: 1 },
    { min: 1, max: 10, initial: 11 },
    { min: 1.5, max: 10 },
  ])('has sensible limits, not %j', (limits) => {
    expect(() => new PageSize(limits)).toThrow(RangeError);
  });
});

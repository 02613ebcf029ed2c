import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { TokenQueue } from './token-queue.js';

const never = new AbortController().signal;

describe('a token bucket', () => {
  it('admits a burst, then one by one in order of arrival', async () => {
    const clock = new FakeClock(0);
    const bucket = new TokenQueue({ perSecond: 10, burst: 3 }, clock);
    const taken: [number, number][] = [];
    for (let n = 0; n < 6; n++) void bucket.take(never).then(() => taken.push([n, clock.now()]));
    await clock.advance(1000);
    expect(taken).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 100],
      [4, 200],
      [5, 300],
    ]);
  });

  it('never holds more than its burst, also when the clock is put back', async () => {
    const clock = new FakeClock(100_000);
    const bucket = new TokenQueue({ perSecond: 1, burst: 2 }, clock);
    clock.set(50_000);
    await clock.advance(60_000);
    await bucket.take(never);
    await bucket.take(never);
    expect(bucket.waitMs).toBe(1000);
  });

  it('gives the turn of one that leaves to the next', async () => {
    const clock = new FakeClock(0);
    const bucket = new TokenQueue({ perSecond: 1, burst: 1 }, clock);
    await bucket.take(never);
    const leaving = new AbortController();
    const first = bucket.take(leaving.signal);
    const second = bucket.take(never).then(() => clock.now());
    expect(bucket.waitMs).toBe(3000);
    leaving.abort();
    await expect(first).rejects.toBe(leaving.signal.reason);
    expect(bucket.waitMs).toBe(2000);
    await clock.advance(1000);
    expect(await second).toBe(1000);
  });

  it('fills at its new rate when that changes, and leaves no timer behind', async () => {
    const clock = new FakeClock(0);
    const bucket = new TokenQueue({ perSecond: 0.001, burst: 1 }, clock);
    await bucket.take(never);
    const waiting = bucket.take(never);
    bucket.rate = { perSecond: 100, burst: 1 };
    await clock.advance(10);
    await waiting;
    expect(clock.timers).toBe(0);
  });
});

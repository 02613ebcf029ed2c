import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  it('yields its burst at once, then one token each time one has flowed in', () => {
    const clock = new FakeClock(0);
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, clock.now);
    expect([1, 2, 3, 4].map(() => bucket.tryTake())).toEqual([true, true, true, false]);
    expect(bucket.waitMs()).toBe(100);
    expect(bucket.waitMs(2)).toBe(200);
    clock.set(100);
    expect(bucket.waitMs()).toBe(0);
    expect([bucket.tryTake(), bucket.tryTake()]).toEqual([true, false]);
  });

  it.each([0.1, 1 / 3, 7 / 60, 3, 7, 999])(
    'yields a token after the wait it announces, at %d a second',
    (perSecond) => {
      const clock = new FakeClock(1_767_225_600_123);
      const bucket = new TokenBucket({ perSecond, burst: 1 }, clock.now);
      for (let taken = 0; taken < 500; taken++) {
        expect(bucket.tryTake()).toBe(true);
        expect(bucket.tryTake()).toBe(false);
        clock.set(clock.now() + bucket.waitMs());
      }
    },
  );

  it('never holds more than its burst, and loses nothing when the clock is put back', () => {
    const clock = new FakeClock(100_000);
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, clock.now);
    bucket.tryTake();
    clock.set(0);
    expect(bucket.tryTake()).toBe(true);
    expect(bucket.waitMs()).toBe(1_000);
    clock.set(60_000);
    expect(bucket.isFull).toBe(true);
    expect(bucket.waitMs(3)).toBe(1_000);
  });

  it('continues at another rate with the tokens it has', () => {
    const clock = new FakeClock(0);
    const bucket = new TokenBucket({ perSecond: 1, burst: 5 }, clock.now);
    bucket.rate = { perSecond: 100, burst: 1 };
    expect([bucket.tryTake(), bucket.tryTake()]).toEqual([true, false]);
    expect(bucket.waitMs()).toBe(10);
  });
});

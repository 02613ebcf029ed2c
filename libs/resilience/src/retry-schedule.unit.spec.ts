import { describe, expect, it } from '@jest/globals';
import { exponentialRetrySchedule, jobRetrySchedule, nextDelay, retrySchedule } from './index.js';

const MIDDLE = 0.5;

describe('a retry schedule', () => {
  it('tries a job again after 1, 5 and 15 minutes, and then no more', () => {
    expect([0, 1, 2, 3, 4].map((count) => nextDelay(jobRetrySchedule, count, MIDDLE))).toEqual([
      60_000,
      300_000,
      900_000,
      null,
      null,
    ]);
  });

  it('strays by a quarter at most', () => {
    expect(nextDelay(jobRetrySchedule, 0, 0)).toBe(45_000);
    expect(nextDelay(jobRetrySchedule, 0, 1)).toBe(75_000);
  });

  it('grows exponentially up to its limit', () => {
    const schedule = exponentialRetrySchedule({ retries: 5, firstSeconds: 30, maxSeconds: 300, jitter: 0 });
    expect(schedule.delaysMs).toEqual([30_000, 60_000, 120_000, 240_000, 300_000]);
    expect(nextDelay(schedule, 4, 0)).toBe(300_000);
  });

  it('without delays never retries', () => {
    expect(nextDelay(retrySchedule([]), 0, MIDDLE)).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  enrichmentRetrySchedule,
  exponentialRetrySchedule,
  jobRetrySchedule,
  nextDelay,
  retrySchedule,
  siemRetrySchedule,
  webhookRetrySchedule,
} from './index.js';

const MIDDLE = 0.5;

describe('a retry schedule', () => {
  it('retries a job after 1, 5 and 15 minutes, and then no more', () => {
    expect([0, 1, 2, 3, 4].map((count) => nextDelay(jobRetrySchedule, count, MIDDLE))).toEqual([
      60_000,
      300_000,
      900_000,
      null,
      null,
    ]);
  });

  it('has a jitter of a quarter at most', () => {
    expect(nextDelay(jobRetrySchedule, 0, 0)).toBe(45_000);
    expect(nextDelay(jobRetrySchedule, 0, 1)).toBe(75_000);
  });

  it('grows exponentially up to its limit', () => {
    const schedule = exponentialRetrySchedule({ retries: 5, firstSeconds: 30, maxSeconds: 300, jitter: 0 });
    expect(schedule.delaysMs).toEqual([30_000, 60_000, 120_000, 240_000, 300_000]);
    expect(nextDelay(schedule, 4, 0)).toBe(300_000);
  });

  it.each([
    ['a SIEM', siemRetrySchedule, [1, 2, 5, 10, 30]],
    ['an enrichment', enrichmentRetrySchedule, [60, 300]],
    ['a webhook', webhookRetrySchedule, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]],
  ])('of %s has its delays, and the same jitter as the others', (_what, schedule, seconds) => {
    expect(schedule).toEqual({ delaysMs: seconds.map((delay) => delay * 1000), jitter: 0.25 });
  });

  it('without delays never retries', () => {
    expect(nextDelay(retrySchedule([]), 0, MIDDLE)).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { Backoff } from './backoff.js';

describe('Backoff', () => {
  it('doubles its pauses up to the longest, and starts over after a reset', () => {
    const backoff = new Backoff({ first: 100, last: 1_000 });
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('waits for the clock, or for an abort', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const backoff = new Backoff({ first: 100, last: 1_000 });
    const first = backoff.wait({ clock, signal: abort.signal });
    await clock.advance(100);
    await first;
    const second = backoff.wait({ clock, signal: abort.signal });
    abort.abort();
    await second;
    expect(clock.timers).toBe(0);
  });
});

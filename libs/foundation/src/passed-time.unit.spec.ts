import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { PassedTime } from './passed-time.js';

const HOUR = 3_600_000;

describe('passed time', () => {
  it('goes on with the clock', async () => {
    const clock = new FakeClock();
    const passed = new PassedTime(clock);
    await clock.advance(1500);
    expect(passed.now()).toBe(1500);
  });

  it('goes on when the wall clock was set back', async () => {
    const clock = new FakeClock();
    const passed = new PassedTime(clock);
    clock.step(-2 * HOUR);
    expect(passed.now()).toBe(0);
    await clock.advance(1000);
    expect(passed.now()).toBe(1000);
  });

  it('counts a step forward, as after a suspend, once', async () => {
    const clock = new FakeClock();
    const passed = new PassedTime(clock);
    clock.step(2 * HOUR);
    expect(passed.now()).toBe(2 * HOUR);
    await clock.advance(1000);
    expect(passed.now()).toBe(2 * HOUR + 1000);
  });

  it('counts both of two steps that cancel each other out', () => {
    const clock = new FakeClock();
    const passed = new PassedTime(clock);
    clock.step(-HOUR);
    expect(passed.now()).toBe(0);
    clock.step(HOUR);
    expect(passed.now()).toBe(HOUR);
  });
});

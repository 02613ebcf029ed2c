import { describe, expect, it } from '@jest/globals';
import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  it('fires timers in the order they are due, each at its own time', async () => {
    const clock = new FakeClock(0);
    const fired: string[] = [];
    clock.setTimeout(() => fired.push(`b@${clock.now()}`), 20);
    clock.setTimeout(() => fired.push(`a@${clock.now()}`), 10);
    await clock.advance(19);
    expect(fired).toEqual(['a@10']);
    await clock.advance(1);
    expect(fired).toEqual(['a@10', 'b@20']);
    expect(clock.timers).toBe(0);
  });

  it('lets promises run between two timers, so that a loop that sleeps repeats', async () => {
    const clock = new FakeClock(0);
    const times: number[] = [];
    const loop = (async () => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(10);
        times.push(clock.now());
      }
    })();
    await clock.advance(30);
    await loop;
    expect(times).toEqual([10, 20, 30]);
  });

  it('repeats intervals until they are cleared', async () => {
    const clock = new FakeClock(0);
    let ticks = 0;
    const timer = clock.setInterval(() => ticks++, 5);
    await clock.advance(17);
    clock.clearInterval(timer);
    await clock.advance(17);
    expect(ticks).toBe(3);
  });

  it('does not fire a timer that was cleared', async () => {
    const clock = new FakeClock(0);
    let fired = false;
    clock.clearTimeout(clock.setTimeout(() => (fired = true), 5));
    await clock.advance(10);
    expect(fired).toBe(false);
  });

  it('fires nothing when it is set back', async () => {
    const clock = new FakeClock(1000);
    let fired = false;
    clock.setTimeout(() => (fired = true), 5);
    clock.set(0);
    await clock.advance(1000);
    expect(fired).toBe(false);
    await clock.advance(5);
    expect(fired).toBe(true);
  });

  it('steps like a system clock: timers keep the rest of their waits', async () => {
    const clock = new FakeClock(1000);
    let fired = false;
    clock.setTimeout(() => (fired = true), 5);
    clock.step(-500);
    await clock.advance(4);
    expect([clock.now(), clock.elapsed(), fired]).toEqual([504, 4, false]);
    await clock.advance(1);
    expect(fired).toBe(true);
  });
});

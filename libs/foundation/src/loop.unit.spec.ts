import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { Loop } from './loop.js';
import { daemonLifecycle } from './testing/index.js';

const looping = (everyMs: number, clock = new FakeClock()) => {
  const errors: Error[] = [];
  /** Times, in milliseconds after the start, at which rounds began. */
  const began: number[] = [];
  let broken = 0;
  const start = clock.now();
  const loop = new Loop({
    everyMs,
    backoff: { first: 100, last: 1_000 },
    clock,
    onError: (error) => errors.push(error),
    tick: () => {
      began.push(clock.now() - start);
      if (broken-- > 0) throw new Error('broken');
    },
  });
  return { clock, errors, began, loop, breakNext: (rounds = 1) => void (broken = rounds) };
};

describe('Loop', () => {
  daemonLifecycle('Loop', () => {
    const { loop: daemon, clock, began, errors, breakNext } = looping(50);
    const provoke = () => clock.advance(50);
    return { daemon, provoke, rounds: () => began.length, held: () => clock.timers, breakNext, errors };
  });

  it('waits longer after each round that throws, and as usual again after one that works', async () => {
    const { loop, clock, began, errors, breakNext } = looping(50);
    breakNext(6);
    loop.start();
    await clock.advance(3_750);
    expect(began).toEqual([50, 150, 350, 750, 1_550, 2_550, 3_550, 3_600, 3_650, 3_700, 3_750]);
    expect(errors).toHaveLength(6);
    await loop.stop();
  });

  it('starts its back-off over after a long round, even if that throws', async () => {
    const clock = new FakeClock(0);
    const began: number[] = [];
    const loop = new Loop({
      backoff: { first: 100, last: 1_000 },
      clock,
      onError: () => {},
      tick: async () => {
        began.push(clock.now());
        if (began.length === 3) await clock.sleep(5_000);
        throw new Error('lost');
      },
    });
    loop.start();
    await clock.advance(5_400);
    expect(began).toEqual([0, 100, 300, 5_400]);
    await loop.stop();
  });

  it('does one round at a time, and its stop waits for the current one', async () => {
    const clock = new FakeClock();
    const round = Promise.withResolvers<void>();
    const log: string[] = [];
    const loop = new Loop({
      everyMs: 10,
      clock,
      onError: (error) => log.push(error.message),
      tick: async (signal) => {
        signal.addEventListener('abort', () => log.push('aborted'));
        log.push('began');
        await round.promise;
        log.push('ended');
      },
    });
    loop.start();
    await clock.advance(100);
    const stopped = loop.stop().then(() => log.push('stopped'));
    await clock.advance(100);
    expect(log).toEqual(['began', 'aborted']);
    round.resolve();
    await stopped;
    expect(log).toEqual(['began', 'aborted', 'ended', 'stopped']);
  });
});

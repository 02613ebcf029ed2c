import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import {
  AuthExpired,
  type BreakerChange,
  type BreakerInput,
  type BreakerState,
  CircuitBreaker,
  nextBreakerState,
  RateLimited,
  Retryable,
  Terminal,
} from './index.js';

const POLICY = { failures: 5, openMs: 60_000 };
const closed = (failures: number): BreakerState => ({ status: 'closed', failures });
const open: BreakerState = { status: 'open', until: 1000 };
const probing = (yes: boolean): BreakerState => ({ status: 'half-open', probing: yes });
const input = (type: BreakerInput['type'], at: number, probe = false) => ({ type, at, probe }) as BreakerInput;

describe('the rules of a breaker', () => {
  it.each<[BreakerState, BreakerInput, BreakerState]>([
    [closed(0), input('requested', 0), closed(0)],
    [closed(3), input('requested', 0), closed(3)],
    [closed(3), input('failed', 0), closed(4)],
    [closed(4), input('failed', 7), { status: 'open', until: 60_007 }],
    [closed(4), input('succeeded', 0), closed(0)],
    [closed(4), input('abandoned', 0), closed(4)],
    [open, input('requested', 999), open],
    [open, input('requested', 1000), probing(true)],
    [open, input('succeeded', 2000), open],
    [open, input('failed', 2000), open],
    [open, input('abandoned', 2000), open],
    [probing(false), input('requested', 0), probing(true)],
    [probing(true), input('succeeded', 0), probing(true)],
    [probing(true), input('failed', 0), probing(true)],
    [probing(true), input('abandoned', 0), probing(true)],
    [probing(true), input('succeeded', 0, true), closed(0)],
    [probing(true), input('failed', 5, true), { status: 'open', until: 60_005 }],
    [probing(true), input('abandoned', 0, true), probing(false)],
  ])('%j and %j give %j', (state, input, next) => {
    expect(nextBreakerState(state, input, POLICY)).toEqual(next);
  });
});

describe('a circuit breaker', () => {
  let clock: FakeClock;
  let changes: BreakerChange[];
  let breaker: CircuitBreaker;
  const down = async () => {
    throw new Retryable('SOURCE_UNREACHABLE', 'no connection');
  };
  const up = async () => 'up';
  beforeEach(() => {
    clock = new FakeClock(0);
    changes = [];
    breaker = new CircuitBreaker({ target: 'db:5432', clock, onStateChange: (change) => changes.push(change) });
  });
  const fail = async (times: number) => {
    for (let n = 0; n < times; n++) await expect(breaker.run(down)).rejects.toThrow('no connection');
  };

  it('opens after five failures in a row, admits one call after a minute, and reports each change', async () => {
    await fail(4);
    await breaker.run(up);
    await fail(5);
    let called = false;
    const call = breaker.run(async () => (called = true));
    await expect(call).rejects.toMatchObject({
      ...{ name: 'Retryable', code: 'SOURCE_UNREACHABLE', retryAfterMs: 60_000 },
      message: 'db:5432 failed 5 times in a row and is not called for the time being',
    });
    expect(called).toBe(false);
    await clock.advance(60_000);
    expect(await breaker.run(up)).toBe('up');
    expect(changes).toEqual([
      { target: 'db:5432', from: 'closed', to: 'open', at: 0, cause: 'no connection' },
      {
        target: 'db:5432',
        from: 'open',
        to: 'half-open',
        at: 60_000,
        cause: 'the pause is over: one probe call is admitted',
      },
      {
        target: 'db:5432',
        from: 'half-open',
        to: 'closed',
        at: 60_000,
        cause: 'the probe call succeeded',
      },
    ]);
  });

  it('admits one of many concurrent calls, and opens again when that one fails', async () => {
    await fail(5);
    await clock.advance(60_000);
    const gate = Promise.withResolvers<never>();
    let calls = 0;
    const all = Array.from({ length: 20 }, () =>
      breaker.run(() => {
        calls++;
        return gate.promise;
      }),
    );
    const outcomes = Promise.allSettled(all);
    gate.reject(new Retryable('SOURCE_UNREACHABLE', 'still down'));
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(20);
    expect(calls).toBe(1);
    expect(breaker.state).toEqual({ status: 'open', until: 120_000 });
    expect(changes.at(-1)).toMatchObject({ from: 'half-open', to: 'open', cause: 'still down' });
  });

  it('gives the probe to the next caller when its holder went away', async () => {
    await fail(5);
    await clock.advance(60_000);
    const aborted = breaker.run(async () => {
      throw new DOMException('gone', 'AbortError');
    });
    await expect(aborted).rejects.toThrow('gone');
    expect(await breaker.run(up)).toBe('up');
    expect(breaker.state.status).toBe('closed');
  });

  it.each([
    new Terminal('SOURCE_NOT_FOUND', 'no'),
    new AuthExpired('SOURCE_AUTH_EXPIRED', 'no'),
    new RateLimited('RATE_LIMITED', 'no', { until: 1 }),
    new DOMException('gone', 'AbortError'),
  ])('stays closed when all it sees is %s', async (error) => {
    const answer = () => Promise.reject(error);
    for (let n = 0; n < 10; n++) await expect(breaker.run(answer)).rejects.toBe(error);
    expect(breaker.state).toEqual({ status: 'closed', failures: 0 });
  });

  it('ignores calls that end because the caller went away', async () => {
    const work = async () => {
      throw new Error('connection closed');
    };
    await expect(breaker.run(work, AbortSignal.abort())).rejects.toThrow('connection closed');
    expect(breaker.state).toEqual({ status: 'closed', failures: 0 });
  });

  it('counts a call once', async () => {
    const permit = breaker.enter();
    permit.failed('first');
    permit.failed('again');
    permit.succeeded();
    expect(breaker.state).toEqual({ status: 'closed', failures: 1 });
  });
});

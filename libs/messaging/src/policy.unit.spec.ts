import { describe, expect, it } from '@jest/globals';
import { MessageTooLarge } from './errors.js';
import { assertSize, consumePolicy, exhausted, verdictOn } from './policy.js';
import { Retryable, Terminal } from './port.js';

const policy = consumePolicy({ durable: 'w', subject: 'tidemark.work.>', maxDeliver: 4, backoffMs: [10, 20] });

describe('the outcome for a message whose handler threw', () => {
  it('uses the next delay after an unexpected error, then repeats the last one', () => {
    const delays = [1, 2, 3].map((count) => verdictOn(new Error('x'), count, policy));
    expect(delays).toEqual([{ retryInMs: 10 }, { retryInMs: 20 }, { retryInMs: 20 }]);
  });

  it('ends with the last delivery, for Retryable too', () => {
    expect(verdictOn(new Retryable('busy', 5), 3, policy)).toEqual({ retryInMs: 5 });
    expect(verdictOn(new Retryable('busy', 5), 4, policy)).toEqual({ dead: 'gave up after 4 deliveries: busy' });
  });

  it('never ends when maxDeliver is -1, but for Terminal', () => {
    const endless = { ...policy, maxDeliver: -1 };
    expect(verdictOn(new Error('x'), 1_000, endless)).toEqual({ retryInMs: 20 });
    expect(exhausted(1_000, endless)).toBeUndefined();
    expect(verdictOn(new Terminal('wrong'), 1, endless)).toEqual({ dead: 'wrong' });
  });

  it('files a dead letter for a message that arrives again after its last delivery', () => {
    expect(exhausted(4, policy)).toBeUndefined();
    expect(exhausted(5, policy)).toContain('gave up after 4 deliveries');
  });

  it('describes any thrown value', () => {
    expect(verdictOn('text', 4, policy)).toEqual({ dead: 'gave up after 4 deliveries: text' });
    expect(verdictOn(new TypeError(''), 4, policy)).toEqual({ dead: 'gave up after 4 deliveries: TypeError' });
  });
});

it('names the size of a message and its limit', () => {
  expect(() => assertSize('tidemark.work.a', 1_000_001)).toThrow(MessageTooLarge);
  expect(() => assertSize('tidemark.work.a', 1_000_001)).toThrow('tidemark.work.a: 1000001 bytes, at most 1000000');
  expect(() => assertSize('tidemark.work.a', 1_000_000)).not.toThrow();
});

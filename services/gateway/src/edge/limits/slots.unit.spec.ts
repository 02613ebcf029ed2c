import { describe, expect, it } from '@jest/globals';
import { OpenStreams } from '../auth/open-streams.js';
import { Slots } from './slots.js';

const code = (expected: string) =>
  expect.objectContaining({ code: expected, details: { retryAfter: expect.any(Number) } });

describe('slots', () => {
  it('are limited for each holder and in all, and given back once', () => {
    const slots = new Slots({ all: 3, each: 2, what: 'things' });
    const give = [slots.take('a'), slots.take('a')];
    expect(() => slots.take('a')).toThrow(code('RATE_LIMITED'));
    slots.take('b');
    expect(() => slots.take('c')).toThrow(code('SERVICE_UNAVAILABLE'));
    give[0]!();
    give[0]!();
    slots.take('a');
    expect(() => slots.take('a')).toThrow(code('RATE_LIMITED'));
    expect(() => slots.take('c')).toThrow(code('SERVICE_UNAVAILABLE'));
  });
});

describe('open streams', () => {
  it('end with their key, also those that are opened by a call that was let in before', () => {
    const streams = new OpenStreams({ all: 10, each: 5 });
    const [one, other] = [streams.open('a'), streams.open('b')];
    streams.end('a');
    expect(one.signal.reason).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(other.signal.aborted).toBe(false);
    expect(() => streams.open('a')).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });
});

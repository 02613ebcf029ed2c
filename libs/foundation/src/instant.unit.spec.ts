import { describe, expect, it } from '@jest/globals';
import { instantOf, isInstant } from './instant.js';

describe('isInstant', () => {
  it.each(['2026-01-31T08:00:00Z', '2026-01-31T08:00Z', '2026-01-31T08:00:00.123456789+05:30', '2024-02-29'])(
    'takes %s',
    (text) => expect(isInstant(text)).toBe(true),
  );

  it.each(['', '1', '2026', '2026-01', '2026-02-29', '2026-02-31T08:00:00Z', '2026-01-31T25:00:00Z'])(
    'refuses %j, which JavaScript may accept',
    (text) => expect(isInstant(text)).toBe(false),
  );

  it('refuses a time without a zone', () => {
    expect(isInstant('2026-01-31T08:00:00')).toBe(false);
  });

  it('accepts what instantOf writes', () => {
    expect(instantOf(1_769_846_400_123)).toBe('2026-01-31T08:00:00.123Z');
    expect(isInstant(instantOf(1_769_846_400_123))).toBe(true);
  });
});
describe('instantOf', () => {
  it('writes every time as itself, also those that share a place among the recent ones', () => {
    const times = [0, -0, 256, -256, 1_769_846_400_123, 1_769_846_400_123 + 256, 1_769_846_400_123, 12.5, -1, 255];
    for (const time of times) expect(instantOf(time)).toBe(new Date(time).toISOString());
    expect(() => instantOf(NaN)).toThrow(RangeError);
  });
});

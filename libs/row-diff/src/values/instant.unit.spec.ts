import { describe, expect, it } from '@jest/globals';
import { parseInstant } from './instant.js';

function parsed(text: string): { ms: number; ns: number } | undefined {
  const into = { ms: -1, ns: -1 };
  return parseInstant(text, into) ? into : undefined;
}

describe('parseInstant', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0, 0],
    ['1970-01-01T00:00Z', 0, 0],
    ['1970-01-01 01:30+01:30', 0, 0],
    ['1970-01-01t00:00:00.5z', 500, 0],
    ['1970-01-01T00:00:00,25Z', 250, 0],
    ['1969-12-31T23:59:59.999Z', -1, 0],
    ['2000-02-29T12:30:15+00:00', Date.UTC(2000, 1, 29, 12, 30, 15), 0],
    ['2026-11-22 14:00:00.123456789-0330', Date.UTC(2026, 10, 22, 17, 30, 0, 123), 456_789],
    ['2026-11-22 14:00:00.1+05', Date.UTC(2026, 10, 22, 9, 0, 0, 100), 0],
    ['0000-03-01T00:00:00Z', Date.parse('0000-03-01T00:00:00Z'), 0],
    ['9999-12-31T23:59:59Z', Date.parse('9999-12-31T23:59:59Z'), 0],
  ])('reads %s', (text, ms, ns) => {
    expect(parsed(text)).toEqual({ ms, ns });
  });

  it.each([
    '2026-11-22T14:00:00',
    '2026-11-22',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T14:60:00Z',
    '2026-11-22T14:00:60Z',
    '2026-11-22T14:00:00.Z',
    '2026-11-22T14:00:00.1234567890Z',
    '2026-11-22T14:00',
    '2026-11-22T14:00:Z',
    '2026-11-22T14Z',
    '2026-11-22T14:00.5Z',
    '2026-11-22T14:00:00Z ',
    '2026-11-22T14:00:00+2',
    '2026-11-22T14:00:00+02:',
    '2026-11-22T14:00:00+24:00',
    '2026-11-22T14:00:00+02:00[Europe/Berlin]',
    '2026_11_22T14:00:00Z',
    'a text that is as long as a date is',
  ])('leaves "%s" a text', (text) => {
    expect(parsed(text)).toBeUndefined();
  });

  it('agrees with Date for days of four centuries', () => {
    for (let day = -146_097; day < 146_097; day += 97) {
      const text = new Date(day * 86_400_000 + 3_723_004).toISOString();
      expect(parsed(text)).toEqual({ ms: Date.parse(text), ns: 0 });
    }
  });
});

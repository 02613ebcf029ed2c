import { describe, expect, it } from '@jest/globals';
import { readRateLimit } from './rate-limit-headers.js';

const now = Date.parse('2026-11-22T17:00:00Z');
const DAY = 86_400_000;

/** The wait that the headers request, in ms from now. */
function read(headers: Readonly<Record<string, string>>) {
  const { retryAt, renewedAt } = readRateLimit((name) => headers[name], now);
  return [retryAt && retryAt - now, renewedAt && renewedAt - now];
}

describe('Retry-After', () => {
  it.each([
    ['5', 5000],
    [' 7 ', 7000],
    ['1.5', 1500],
    ['7, 9', 9000],
    ['999999999999999999999999', DAY],
    ['Sun, 22 Nov 2026 17:00:30 GMT', 30_000],
    ['Sunday, 22-Nov-26 17:00:30 GMT', 30_000],
    ['Sun Nov 22 17:00:30 2026', 30_000],
    ['2026-11-22T17:00:30Z', 30_000],
    ['Sun, 22 Nov 2026 16:00:30 GMT', 0],
  ])('%j is a wait of %d ms', (value, ms) => {
    expect(read({ 'retry-after': value })).toEqual([ms, undefined]);
  });

  it.each(['', '-5', '1e3', 'soon', '5 seconds', 'NaN', '1.2.3', '7, soon'])('%j says nothing', (value) => {
    expect(read({ 'retry-after': value })).toEqual([undefined, undefined]);
  });

  it('is relative to the clock of the server, where it sends it', () => {
    const headers = { 'retry-after': 'Sun, 22 Nov 2026 17:00:30 GMT', date: 'Sun, 22 Nov 2026 16:59:30 GMT' };
    expect(read(headers)).toEqual([60_000, undefined]);
  });
});

describe('an exhausted allowance', () => {
  it.each([
    [{ 'x-ratelimit-reset': '30' }],
    [{ 'x-ratelimit-reset': String(now / 1000 + 30) }],
    [{ 'x-ratelimit-reset': String(now + 30_000) }],
    [{ 'x-ratelimit-reset': '2026-11-22T17:00:30Z' }],
    [{ 'x-ratelimit-reset': 'Sun, 22 Nov 2026 17:00:30 GMT' }],
    [{ 'x-ratelimit-reset-after': '30.0' }],
    [{ 'x-ratelimit-reset': '2026-11-22T18:00:00Z', 'x-ratelimit-reset-after': '30' }],
  ])('is renewed when %j says', (reset) => {
    expect(read({ 'x-ratelimit-remaining': '0', ...reset })).toEqual([undefined, 30_000]);
    expect(read({ 'x-ratelimit-remaining': '1', ...reset })).toEqual([undefined, undefined]);
  });
});

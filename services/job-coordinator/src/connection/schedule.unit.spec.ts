import { describe, expect, it } from '@jest/globals';
import { cronProblem, nextSync } from './schedule.js';

const at = (text: string) => Date.parse(text);
const next = (...args: Parameters<typeof nextSync>) => {
  const time = nextSync(...args);
  return time === null ? null : new Date(time).toISOString();
};

describe('the next sync', () => {
  const noon = at('2026-03-01T12:00:00Z');

  it.each([
    ['realtime', '2026-03-01T12:05:00.000Z'],
    ['hourly', '2026-03-01T13:00:00.000Z'],
    ['daily', '2026-03-02T12:00:00.000Z'],
    ['manual', null],
  ] as const)('of %s comes one period after the last planned one', (every, expected) => {
    expect(next({ every }, noon, noon + 60_000)).toBe(expected);
  });

  it('collapses missed ones into the next one, at the same interval', () => {
    expect(next({ every: 'hourly' }, noon, at('2026-03-01T17:20:00Z'))).toBe('2026-03-01T18:00:00.000Z');
  });

  it('of a cron expression follows the time zone through a change of clocks', () => {
    const schedule = { cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
    expect(next(schedule, noon, at('2026-03-28T12:00:00Z'))).toBe('2026-03-29T01:00:00.000Z');
    expect(next(schedule, noon, at('2026-03-27T12:00:00Z'))).toBe('2026-03-28T02:00:00.000Z');
  });
});

describe('a cron expression', () => {
  it.each([
    ['61 * * * *', 'UTC', 'cron'],
    ['* * * * * *', undefined, 'cron'],
    ['nonsense', undefined, 'cron'],
    ['0 0 31 2 *', undefined, 'cron'],
    ['0 3 * * *', 'Mars/Olympus', 'timeZone'],
    ['0 3 * * *', '+02:00', 'timeZone'],
    ['0 3 * * *', '-05', 'timeZone'],
    ['0 3 * * *', '+0200', 'timeZone'],
    ['0 3 * * *', '−05:00', 'timeZone'],
    ['0 3 * * *', 'PST', 'timeZone'],
    ['0 3 * * *', 'BST', 'timeZone'],
    ['0 3 * * *', 'EST', 'timeZone'],
    ['0 3 * * *', 'SystemV/EST5', 'timeZone'],
    ['0 3 * * *', '', 'timeZone'],
    ['2099-01-01T00:00:00', undefined, 'cron'],
    ['2099-01-01T00:00:00Z', undefined, 'cron'],
    ['2099-01-01', undefined, 'cron'],
    ['? * * * *', undefined, 'cron'],
    ['0 0 * * +1', undefined, 'cron'],
    ['1-5/10 * * * *', undefined, 'cron'],
    ['@reboot', undefined, 'cron'],
    ['@every 5m', undefined, 'cron'],
    ['', undefined, 'cron'],
  ])('%s in %s is refused for its %s', (cron, timeZone, field) => {
    expect(cronProblem(cron, timeZone)).toMatchObject({ field });
  });

  it.each([
    ['*/15 8-18 * * 1-5', 'America/New_York'],
    ['0 0 ? * MON-FRI', 'Europe/Berlin'],
    ['0 0 L * *', 'UTC'],
    ['0 0 * * 1#2,5L', 'Asia/Kolkata'],
    ['0 0 1-31/2 JAN,JUL *', 'America/Argentina/Buenos_Aires'],
    ['@daily', 'Etc/GMT+2'],
    [' 0  6 * * * ', 'Japan'],
  ])('%j of five fields in the IANA time zone %s is accepted', (cron, timeZone) => {
    expect(cronProblem(cron, timeZone)).toBeNull();
  });
});

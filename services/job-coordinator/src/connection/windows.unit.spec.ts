import { describe, expect, it } from '@jest/globals';
import type { Schedule, ScheduleWindow } from '@tidemark/contracts';
import { firstSync, isSameSchedule, nextSync, scheduleProblem } from './schedule.js';
import { opensAt } from './windows.js';

const hourly = (...except: ScheduleWindow[]): Schedule => ({ every: 'hourly', except });
const opens = (window: ScheduleWindow, time: string) => {
  const open = opensAt(hourly(window), Date.parse(time));
  return open === Date.parse(time) ? 'open' : new Date(open).toISOString().replace(':00.000Z', 'Z');
};
const berlin = 'Europe/Berlin';
const office = { days: ['mon-fri'], from: '09:00', to: '17:00', timeZone: berlin };
const night = { from: '22:00', to: '06:00', timeZone: berlin };

describe('a window of a schedule', () => {
  it.each<[string, ScheduleWindow, string, string]>([
    ['before it begins', office, '2026-03-02T07:59:59.999Z', 'open'],
    ['from its first moment', office, '2026-03-02T08:00Z', '2026-03-02T16:00Z'],
    ['until its end', office, '2026-03-02T16:00Z', 'open'],
    ['on another day of the week', office, '2026-03-01T10:00Z', 'open'],
    ['of whole days', { days: ['2026-12-24', '2026-12-25'] }, '2026-12-24T10:00Z', '2026-12-26T00:00Z'],
    ['of days around the week', { days: ['sat-mon'] }, '2026-02-28T10:00Z', '2026-03-03T00:00Z'],
    ['over midnight, before', night, '2026-01-10T21:30Z', '2026-01-11T05:00Z'],
    ['over midnight, after', night, '2026-01-11T04:30Z', '2026-01-11T05:00Z'],
    ['over midnight, of a day of the week', { ...night, days: ['sat'] }, '2026-01-11T04:30Z', '2026-01-11T05:00Z'],
    ['over midnight, of the day after', { ...night, days: ['sun'] }, '2026-01-11T04:30Z', 'open'],
    ['over the night without 2 to 3', night, '2026-03-28T22:00Z', '2026-03-29T04:00Z'],
    ['over the night with 2 to 3 twice', night, '2026-10-24T21:00Z', '2026-10-25T05:00Z'],
    ['that ends in the skipped hour', { ...night, to: '02:30' }, '2026-03-28T22:00Z', '2026-03-29T01:00Z'],
    ['that lies in the skipped hour', { ...night, from: '02:15', to: '02:45' }, '2026-03-29T01:15Z', 'open'],
    ['that ends in the repeated hour', { ...night, to: '02:30' }, '2026-10-25T00:45Z', '2026-10-25T01:30Z'],
    ['that begins in the repeated hour', { ...night, from: '02:30' }, '2026-10-25T01:10Z', '2026-10-25T05:00Z'],
    [
      'where the day begins at one',
      { days: ['2026-09-06'], timeZone: 'America/Santiago' },
      '2026-09-06T05:00Z',
      '2026-09-07T03:00Z',
    ],
    [
      'of one span',
      { from: '2026-12-20T18:00', to: '2027-01-03', timeZone: berlin },
      '2026-12-20T17:00Z',
      '2027-01-02T23:00Z',
    ],
    ['before one span', { from: '2026-12-20T18:00', to: '2027-01-03', timeZone: berlin }, '2026-12-20T16:59Z', 'open'],
  ])('%s', (_, window, time, expected) => {
    expect(opens(window, time)).toBe(expected);
  });

  it('ends with the last of those that follow on one another, and has the zone of its schedule', () => {
    const except = [
      { days: ['fri'], from: '18:00', to: '24:00' },
      { days: ['sat-sun'] },
      { days: ['mon'], from: '00:00', to: '06:00' },
    ];
    const schedule = { cron: '0 * * * *', timeZone: 'Asia/Tokyo', except };
    expect(new Date(opensAt(schedule, Date.parse('2026-03-06T10:00Z'))).toISOString()).toBe('2026-03-08T21:00:00.000Z');
  });
});

describe('a schedule with windows', () => {
  const noon = Date.parse('2026-03-02T12:00Z');
  const none: Schedule = { every: 'hourly', except: [office], missed: 'none' };

  it('plans a sync in a window when one is made up for, and the first outside when none is', () => {
    expect(nextSync({ ...none, missed: 'one' }, noon, noon)).toBe(noon + 3_600_000);
    expect(nextSync(none, noon, noon)).toBe(Date.parse('2026-03-02T16:00Z'));
  });

  it('does not start at once what it missed, when none is made up for', () => {
    expect(firstSync({ every: 'hourly' }, noon, noon + 5_400_000)).toBe(noon + 5_400_000);
    expect(firstSync({ every: 'hourly', missed: 'none' }, noon, noon + 5_400_000)).toBe(noon + 7_200_000);
  });

  it('differs from one with other windows or another policy', () => {
    expect(isSameSchedule({ every: 'hourly' }, hourly())).toBe(true);
    expect(isSameSchedule({ every: 'hourly' }, { every: 'hourly', missed: 'one' })).toBe(true);
    expect(isSameSchedule(hourly(office), hourly(night))).toBe(false);
    expect(isSameSchedule({ every: 'hourly' }, { every: 'hourly', missed: 'none' })).toBe(false);
  });

  it.each<[string, Schedule]>([
    ['except', hourly({ days: ['mon-sun'] })],
    ['except', hourly({ from: '06:00', to: '18:00' }, { from: '18:00', to: '06:00' })],
    ['except', hourly({ from: '2020-01-01', to: '2090-01-01' })],
    ['except', { cron: '0 12 * * *', except: [{ from: '08:00', to: '18:00' }], missed: 'none' }],
    ['except[0].days[1]', hourly({ days: ['mon', '2026-02-30'] })],
    ['except[1].days[0]', hourly(night, { days: ['mon-someday'] })],
    ['except[0].from', hourly({ from: '9', to: '17:00' })],
    ['except[0].to', hourly({ from: '09:00', to: '24:01' })],
    ['except[0].to', hourly({ from: '09:00', to: '09:00' })],
    ['except[0].to', hourly({ from: '09:00', to: '2026-12-24' })],
    ['except[0].to', hourly({ from: '2026-12-24', to: '2026-12-23' })],
    ['except[0].days', hourly({ days: ['mon'], from: '2026-12-24', to: '2026-12-26' })],
    ['except[0].timeZone', hourly({ ...night, timeZone: 'CET+1' })],
  ])('is refused for its %s', (field, schedule) => {
    expect(scheduleProblem(schedule, noon)).toMatchObject({ field });
  });

  it('is accepted when it leaves a moment, and a planned time in one when none is made up for', () => {
    expect(scheduleProblem(hourly(office, night), noon)).toBeNull();
    expect(scheduleProblem({ cron: '0 12 * * *', except: [{ from: '08:00', to: '18:00' }] }, noon)).toBeNull();
    expect(scheduleProblem(none, noon)).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import { isRefused, readTime, writeEnd, writeTime } from './times.js';

const utc = (format: string) => ({ format, zone: 'UTC' });

describe('times of records', () => {
  it.each([
    ['2026-03-01T08:15:00+02:00', 'iso', '2026-03-01T06:15:00.000Z'],
    ['2026-03-01T08:15:00', 'iso', '2026-03-01T08:15:00.000Z'],
    ['2026-03-01 08:15', 'iso', '2026-03-01T08:15:00.000Z'],
    ['2026-03-01T08:15:00.123456+0000', 'iso', '2026-03-01T08:15:00.123Z'],
    ['20260301T081500Z', 'iso', '2026-03-01T08:15:00.000Z'],
    ['2026-03-01', 'iso', '2026-03-01T00:00:00.000Z'],
    ['Sun, 01 Mar 2026 08:15:00 GMT', 'iso', '2026-03-01T08:15:00.000Z'],
    ['Sun, 01 Mar 2026 08:15:00 GMT', 'httpDate', '2026-03-01T08:15:00.000Z'],
    [1_772_352_900, 'epochSeconds', '2026-03-01T08:15:00.000Z'],
    ['1772352900000', 'epochMilliseconds', '2026-03-01T08:15:00.000Z'],
    ['01/02/2026', 'dd/MM/yyyy', '2026-02-01T00:00:00.000Z'],
    ['01/02/2026', 'MM/dd/yyyy', '2026-01-02T00:00:00.000Z'],
  ])('%j is read as %s', (value, format, time) => expect(readTime(value, utc(format))).toBe(time));

  it('have the zone that is declared, unless they name one', () => {
    const berlin = { format: 'iso', zone: 'Europe/Berlin' };
    expect(readTime('2026-07-01 08:00:00', berlin)).toBe('2026-07-01T06:00:00.000Z');
    expect(readTime('2026-07-01T08:00:00Z', berlin)).toBe('2026-07-01T08:00:00.000Z');
    expect(readTime('01.07.2026 08:00', { ...berlin, format: 'dd.MM.yyyy HH:mm' })).toBe('2026-07-01T06:00:00.000Z');
  });

  it.each(['01/02/2026', '1.2.2026', '2026-02-31', '2026-13-01', '12', 'soon', '', {}, true, 9e18, null])(
    'are never guessed: %j is not iso',
    (value) => expect(readTime(value, utc('iso'))).toBeUndefined(),
  );

  it('make a record unusable where day and month could be confused, or the declared format is another', () => {
    for (const value of ['01/02/2026', '31.12.26', '1-2-2026 10:00']) expect(isRefused(value, 'iso')).toBe(true);
    for (const value of ['', 'soon', '0000-00-00', 5]) expect(isRefused(value, 'iso')).toBe(false);
    expect(isRefused('2026-01-02', 'dd/MM/yyyy')).toBe(true);
    expect(isRefused('0000-00-00 00:00:00', 'yyyy-MM-dd HH:mm:ss')).toBe(false);
  });

  it('are sent in the format that the API accepts', () => {
    const time = '2026-03-01T08:15:00.250Z';
    expect(writeTime(time, utc('iso'))).toBe(time);
    expect(writeTime(time, utc('isoSeconds'))).toBe('2026-03-01T08:15:00Z');
    expect(writeTime(time, utc('date'))).toBe('2026-03-01');
    expect(writeTime(time, utc('httpDate'))).toBe('Sun, 01 Mar 2026 08:15:00 GMT');
    expect(writeTime(time, utc('epochSeconds'))).toBe(1_772_352_900);
    expect(writeTime(time, utc('epochMilliseconds'))).toBe(1_772_352_900_250);
    expect(writeTime(time, { format: 'yyyy/MM/dd HH:mm', zone: 'Asia/Tokyo' })).toBe('2026/03/01 17:15');
  });

  it('are rounded up at the end of a range, so that a coarse format cuts nothing off', () => {
    const time = '2026-03-01T08:15:00.250Z';
    expect(writeEnd(time, utc('iso'))).toBe(time);
    expect(writeEnd(time, utc('epochSeconds'))).toBe(1_772_352_901);
    expect(writeEnd(time, utc('yyyy-MM-dd HH:mm'))).toBe('2026-03-01 08:16');
    expect(writeEnd(time, utc('date'))).toBe('2026-03-02');
    expect(writeEnd('2026-03-01T00:00:00Z', utc('date'))).toBe('2026-03-01');
  });
});

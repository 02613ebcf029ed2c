import type { Schedule, ScheduleWindow } from '@tidemark/contracts';
import { IANAZone } from 'luxon';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Windows that leave no open moment within this time leave none. */
const HORIZON = 366 * DAY;

/** The end of the span of the window that includes the time; undefined when none does. Milliseconds since the epoch. */
type EndOf = (time: number) => number | undefined;

/**
 * The first moment from `time` on that lies in no window of the schedule: `time` itself when it may start then. At most
 * 366 days later, which stands for never. Milliseconds since the epoch.
 */
export function opensAt(schedule: Schedule, time: number): number {
  const windows = windowsOf(schedule);
  for (let open = time; open < time + HORIZON;) {
    const ends = windows.map((endOf) => endOf(open)).filter((end) => end !== undefined);
    if (ends.length === 0) return open;
    open = Math.max(...ends);
  }
  return time + HORIZON;
}

/** Whether the windows leave no moment open after `time`. */
export const isNeverOpen = (schedule: Schedule, time: number): boolean => opensAt(schedule, time) === time + HORIZON;

const compiled = new WeakMap<Schedule, readonly EndOf[]>();

function windowsOf(schedule: Schedule): readonly EndOf[] {
  let windows = compiled.get(schedule);
  if (!windows) {
    const ownZone = 'cron' in schedule ? schedule.timeZone : undefined;
    windows = (schedule.except ?? []).map((window) => compile(window, window.timeZone ?? ownZone ?? 'UTC'));
    compiled.set(schedule, windows);
  }
  return windows;
}

/** The field of a window that cannot be used, and why; null when it is valid. Its time zone is not looked at. */
export function windowProblem({ days = [], from, to }: ScheduleWindow): { field: string; message: string } | null {
  const wrong = days.findIndex((day) => dateOf(day) === undefined && weekdaysOf(day) === undefined);
  if (wrong >= 0)
    return { field: `days[${wrong}]`, message: 'must be a date such as 2026-12-24, or days such as sat or mon-fri' };
  if (from === undefined || to === undefined) return null;
  for (const [field, value] of [
    ['from', from],
    ['to', to],
  ] as const)
    if (timeOf(value) === undefined && momentOf(value) === undefined)
      return { field, message: 'must be a time such as 09:00, or a date such as 2026-12-20 or 2026-12-20T18:00' };
  const [start, end] = [momentOf(from), momentOf(to)];
  if ((start === undefined) !== (end === undefined))
    return { field: 'to', message: 'must be a time when `from` is a time, and a date when `from` is a date' };
  if (from === to) return { field: 'to', message: 'must differ from `from`: leave out both for whole days' };
  if (start === undefined || end === undefined) return null;
  if (end <= start) return { field: 'to', message: 'must be later than `from`' };
  return days.length > 0 ? { field: 'days', message: 'must be absent when `from` and `to` are dates' } : null;
}

function compile({ days, from = '00:00', to = '24:00' }: ScheduleWindow, timeZone: string): EndOf {
  const zone = IANAZone.create(timeZone);
  const [start, end] = [momentOf(from), momentOf(to)];
  if (start !== undefined && end !== undefined) {
    const [first, last] = [instantAt(zone, start, Math.min), instantAt(zone, end, Math.max)];
    return (time) => (first <= time && time < last ? last : undefined);
  }
  const dates = new Set(days?.map(dateOf));
  const weekdays = new Set(days?.flatMap((day) => weekdaysOf(day) ?? []));
  const [begins, ends] = [timeOf(from) ?? 0, timeOf(to) ?? DAY];
  const length = ends > begins ? ends - begins : ends - begins + DAY;
  return (time) => {
    const today = Math.floor((time + offsetAt(zone, time)) / DAY) * DAY;
    // The window of the day before may last until today.
    for (const day of [today - DAY, today]) {
      if (days && !dates.has(day) && !weekdays.has(weekdayOf(day))) continue;
      const first = instantAt(zone, day + begins, Math.min);
      const last = instantAt(zone, day + begins + length, Math.max);
      if (first <= time && time < last) return last;
    }
    return undefined;
  };
}

/**
 * When the clocks of a zone show a local time, which is given as if it were UTC. What is shown twice begins with the first
 * and ends with the second; a time that the clocks skip is when they do.
 */
function instantAt(zone: IANAZone, local: number, pick: (...times: number[]) => number): number {
  const offsets = [offsetAt(zone, local - DAY), offsetAt(zone, local + DAY)];
  const shown = offsets.map((offset) => local - offset).filter((time) => time + offsetAt(zone, time) === local);
  if (shown.length > 0) return pick(...shown);
  let [before, after] = [local - Math.max(...offsets), local - Math.min(...offsets)];
  const offset = offsetAt(zone, before);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(zone, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

const offsetAt = (zone: IANAZone, time: number) => zone.offset(time) * MINUTE;

const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** 1970 began on a Thursday. */
const weekdayOf = (day: number) => (((day / DAY + 4) % 7) + 7) % 7;

/** Numbers from 0, Sunday, of `sat` or `fri-mon`. */
function weekdaysOf(text: string): number[] | undefined {
  const [first = -1, last = first, more] = text
    .toLowerCase()
    .split('-')
    .map((name) => weekdayNames.indexOf(name));
  if (first < 0 || last < 0 || more !== undefined) return undefined;
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7);
}

/** Milliseconds of `2026-12-24`, as if it were UTC. */
function dateOf(text: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00Z`) : NaN;
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text ? undefined : time;
}

/** Milliseconds of `09:00` after midnight. */
function timeOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  const time = (Number(hours) * 60 + Number(minutes)) * MINUTE;
  return time <= DAY ? time : undefined;
}

/** Milliseconds of `2026-12-24T09:00`, or of the beginning of a date, as if it were UTC. */
function momentOf(text: string): number | undefined {
  const [date = '', time = '00:00', more] = text.split('T');
  const [day, clock] = [dateOf(date), timeOf(time)];
  return day === undefined || clock === undefined || more !== undefined ? undefined : day + clock;
}

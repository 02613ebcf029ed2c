import type { Interval, Schedule } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation/derived-ids';
import { canonicalJson } from '@tidemark/foundation/json';
import { Cron } from 'croner';
import { isNeverOpen, opensAt, windowProblem } from './windows.js';

const minute = 60_000;
const periods: Readonly<Record<Exclude<Interval, 'manual'>, number>> = {
  realtime: 5 * minute,
  hourly: 60 * minute,
  daily: 24 * 60 * minute,
};

/**
 * When the next sync is due, in milliseconds since the epoch; null for `manual` and for a cron expression that matches
 * no later date. It is later than `anchor`, the last planned time, which is used up whatever the clock says, and than
 * `after`. Intervals keep their phase: they count from `anchor`. Missed times collapse.
 */
export const nextSync = (schedule: Schedule, anchor: number, after: number): number | null =>
  firstAfter(schedule, anchor, Math.max(anchor, after));

/** Excepted times in a row after which a schedule is taken to have no other. */
const MOST_EXCEPTED = 1000;

/**
 * The first time of the schedule after `after`; intervals have the phase of `anchor`, which may lie on either side. A time
 * in a window is passed over when none is made up for.
 */
export function firstAfter(schedule: Schedule, anchor: number, after: number): number | null {
  let at = timeAfter(schedule, anchor, after);
  if (schedule.missed !== 'none') return at;
  for (let tries = 0; at !== null && tries < MOST_EXCEPTED; tries += 1) {
    const open = opensAt(schedule, at);
    if (open === at) return at;
    at = timeAfter(schedule, anchor, open - 1);
  }
  return null;
}

function timeAfter(schedule: Schedule, anchor: number, after: number): number | null {
  if ('cron' in schedule) return cronOf(schedule.cron, schedule.timeZone).nextRun(new Date(after))?.getTime() ?? null;
  if (schedule.every === 'manual') return null;
  const period = periods[schedule.every];
  return anchor + period * (Math.floor((after - anchor) / period) + 1);
}

/** The id of the job that a planned sync starts: it derives from connection and time, so that the time is used once. */
export const plannedJobId = (connectionId: string, plannedAt: number): string =>
  uuidv5('schedule', connectionId, plannedAt);

/** The first sync under a schedule that has just begun to apply: counted from `last`, and at once when that has passed. */
export function firstSync(schedule: Schedule, last: number, now: number): number | null {
  if (schedule.missed === 'none') return nextSync(schedule, 'cron' in schedule ? now : last, now);
  if ('cron' in schedule) return nextSync(schedule, now, now);
  return schedule.every === 'manual' ? null : Math.max(now, last + periods[schedule.every]);
}

/** Whether both plan the same syncs, however they are written. */
export function isSameSchedule(one: Schedule, other: Schedule): boolean {
  const exceptions = ({ except = [], missed = 'one' }: Schedule) => canonicalJson({ except, missed });
  if (exceptions(one) !== exceptions(other)) return false;
  if (!('cron' in one) || !('cron' in other)) return 'every' in one && 'every' in other && one.every === other.every;
  const { cron, timeZone = 'UTC' } = one;
  const { cron: otherCron, timeZone: otherZone = 'UTC' } = other;
  return cron.trim().split(/\s+/).join(' ') === otherCron.trim().split(/\s+/).join(' ') && timeZone === otherZone;
}

/** The field of a schedule that is invalid, and why; null when there is none. */
export function scheduleProblem(schedule: Schedule, now: number): { field: string; message: string } | null {
  const wrong = 'cron' in schedule ? cronProblem(schedule.cron, schedule.timeZone) : null;
  if (wrong) return wrong;
  for (const [index, window] of (schedule.except ?? []).entries()) {
    const problem = windowProblem(window) ?? zoneProblem(window.timeZone);
    if (problem) return { ...problem, field: `except[${index}].${problem.field}` };
  }
  if (isNeverOpen(schedule, now)) return { field: 'except', message: 'leaves no time in which a sync could start' };
  const isPlanned = 'cron' in schedule || schedule.every !== 'manual';
  if (isPlanned && nextSync(schedule, now, now) === null)
    return { field: 'except', message: 'includes every planned time: plan other times, or set `missed` to `one`' };
  return null;
}

function zoneProblem(timeZone?: string): { field: 'timeZone'; message: string } | null {
  if (timeZone === undefined || isTimeZone(timeZone)) return null;
  const message = `must be an IANA time zone such as Europe/Berlin, or UTC, not ${JSON.stringify(timeZone)}`;
  return { field: 'timeZone', message };
}

const NICKNAME = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i;
const TIME_FIELD = /^[\da-z*,/-]+$/i;
const DAY_FIELD = /^(?:\?|[\da-z*,/#-]+)$/i;
const FIELDS = [TIME_FIELD, TIME_FIELD, DAY_FIELD, TIME_FIELD, DAY_FIELD];

/**
 * The problem with a cron expression or its time zone; null when both are valid. Stricter than the library, which also
 * takes dates, modifiers and steps beyond their range for expressions.
 */
export function cronProblem(
  expression: string,
  timeZone?: string,
): { field: 'cron' | 'timeZone'; message: string } | null {
  const zone = zoneProblem(timeZone);
  if (zone) return zone;
  const text = expression.trim();
  const parts = text.split(/\s+/);
  const isWellFormed = parts.length === FIELDS.length && parts.every((part, at) => FIELDS[at]!.test(part));
  if (!isWellFormed && !NICKNAME.test(text))
    return { field: 'cron', message: 'is not a cron expression of five fields, such as 0 6 * * 1-5' };
  const step = parts.flatMap((part) => part.split(',')).find(stepsOutOfRange);
  if (step) return { field: 'cron', message: `has a step larger than its range: ${step}` };
  try {
    return cronOf(text).nextRun() ? null : { field: 'cron', message: 'never matches a date' };
  } catch (error) {
    return { field: 'cron', message: `is not a cron expression of five fields: ${(error as Error).message}` };
  }
}

function stepsOutOfRange(item: string): boolean {
  const [, from, to, step] = /^(\d+)-(\d+)\/(\d+)$/.exec(item) ?? [];
  return step !== undefined && Number(step) > Number(to) - Number(from);
}

const cronOf = (expression: string, timeZone = 'UTC') =>
  new Cron(expression, { timezone: timeZone, paused: true, mode: '5-part' });

/** Not offsets, which know no daylight saving, nor abbreviations, which are ambiguous: Intl takes BST for Dhaka's. */
const ZONE_NAME = /^(?:UTC|GMT|[a-z]{4,})$/i;
const ZONE_OF_AREA =
  /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)\/[a-z0-9_+/-]+$/i;

function isTimeZone(name: string): boolean {
  if (!ZONE_NAME.test(name) && !ZONE_OF_AREA.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

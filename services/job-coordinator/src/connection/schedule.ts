import type { Interval, Schedule } from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation/derived-ids';
import { Cron } from 'croner';

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

/** The first time of the schedule after `after`; intervals have the phase of `anchor`, which may lie on either side. */
export function firstAfter(schedule: Schedule, anchor: number, after: number): number | null {
  if ('cron' in schedule) return cronOf(schedule.cron, schedule.timeZone).nextRun(new Date(after))?.getTime() ?? null;
  if (schedule.every === 'manual') return null;
  const period = periods[schedule.every];
  return anchor + period * (Math.floor((after - anchor) / period) + 1);
}

/** The id of the job that a planned sync starts: it derives from connection and time, so that the time is used once. */
export const plannedJobId = (connectionId: string, plannedAt: number): string =>
  uuidv5('schedule', connectionId, plannedAt);

/** The problem with a cron expression or its time zone; null when both are valid. */
export function cronProblem(
  expression: string,
  timeZone?: string,
): { field: 'cron' | 'timeZone'; message: string } | null {
  if (timeZone !== undefined && !isTimeZone(timeZone))
    return { field: 'timeZone', message: `must be an IANA time zone, not ${JSON.stringify(timeZone)}` };
  try {
    return cronOf(expression).nextRun() ? null : { field: 'cron', message: 'never matches a date' };
  } catch (error) {
    return { field: 'cron', message: `is not a cron expression of five fields: ${(error as Error).message}` };
  }
}

const cronOf = (expression: string, timeZone = 'UTC') =>
  new Cron(expression, { timezone: timeZone, paused: true, mode: '5-part' });

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

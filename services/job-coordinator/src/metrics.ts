import { endStates, type JobEnding } from '@tidemark/contracts';
import type { Gauge } from '@tidemark/platform';
import { counter, histogram } from '@tidemark/telemetry';
import type { Agenda } from './agenda/agenda.js';
import { countWaiting } from './agenda/waiting.js';

const ended = counter('tidemark_jobs_ended_total', 'Jobs that ended, by state');
/** Messages without an effect that were sent again, by what they were about. */
export const repeated = counter(
  'tidemark_messages_repeated_total',
  'Work that no runner claimed and ends that no connection recorded in time, sent again',
);
/** Jobs whose own events said otherwise than what the coordinator had restored from a view. */
export const corrected = counter(
  'tidemark_jobs_corrected_total',
  'Jobs that a coordinator had wrong, because a view had lost an event of theirs',
);
/** Planned syncs that had passed without a job. */
export const repaired = counter(
  'tidemark_plans_repaired_total',
  'Planned syncs that had passed without a job, by cause',
);
const duration = histogram('tidemark_job_duration_seconds', 'From the creation of a job to its end');

/** Counts a job that ended. */
export function recordEnding({ type, data: { createdAt, at } }: JobEnding): void {
  const state = endStates[type];
  ended.add(1, { state });
  duration.record(Math.max(0, at - createdAt) / 1000, { state });
}

/** The number of waiting jobs, by reason; each coordinator reports all of them. */
export const waitingJobs = (agenda: Agenda): Gauge => ({
  name: 'tidemark_jobs_waiting',
  description: 'Jobs that are not running, by the reason why they wait',
  read: () => Array.from(countWaiting(agenda), ([reason, count]) => [count, { reason }] as const),
});

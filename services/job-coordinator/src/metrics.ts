import type { JobEnding } from '@tidemark/contracts';
import { counter, histogram, observableGauge } from '@tidemark/telemetry';
import type { Agenda } from './agenda/agenda.js';

const endStates = { JobCompleted: 'completed', JobFailed: 'failed', JobCancelled: 'cancelled' } as const;

const ended = counter('tidemark_jobs_ended_total', 'Jobs that ended, by state');
const duration = histogram('tidemark_job_duration_seconds', 'From the first claim of a job to its end', 's');

/** Counts a job that ended. */
export function recordEnding({ type, data: { startedAt, at } }: JobEnding): void {
  const state = endStates[type];
  ended.add(1, { state });
  if (startedAt !== null) duration.record((at - startedAt) / 1000, { state });
}

/** Makes the number of jobs on the agenda, by what they wait for, part of the metrics. */
export function observeAgenda(agenda: Agenda): void {
  observableGauge('tidemark_jobs_waiting', 'Jobs that have not ended, by what they wait for', () => {
    const phases = { due: 0, ready: 0, offered: 0, claimed: 0 };
    for (const { phase } of agenda.jobs.values()) phases[phase] += 1;
    return Object.entries(phases).map(([reason, count]) => [count, { reason }] as const);
  });
}

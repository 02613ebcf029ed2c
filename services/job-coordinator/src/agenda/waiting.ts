import { waitReasons, type WaitingFor } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import type { Agenda } from './agenda.js';
import type { LiveJob } from './live-jobs.js';

/** Why the job is not running; null when it is, or when the agenda does not know it. */
export function explain(agenda: Agenda, jobId: string): WaitingFor | null {
  const job = agenda.jobs.get(jobId);
  if (!job || !waits(job)) return null;
  if (job.phase === 'offered') return { reason: 'no_runner' };
  if (job.phase === 'due') return { reason: dueReason(job), until: instantOf(job.due) };
  return waitForConnection(agenda, job) ?? waitForCap(agenda, job);
}

/** The reason why a job that is too new to be on the agenda will wait. */
export function predictWait(agenda: Agenda, job: NewJob, cap: number): WaitingFor {
  const connection = waitForConnection(agenda, job);
  if (connection) return connection;
  return agenda.slots.countRunning(job.tenant) >= cap ? waitForCap(agenda, job) : { reason: 'no_runner' };
}

type NewJob = Pick<LiveJob, 'id' | 'tenant' | 'connectionId'>;

/** A connection runs one job at a time: first the one that runs or waits for its retry, then those queued earlier. */
function waitForConnection({ slots }: Agenda, job: NewJob): WaitingFor | null {
  const ahead = [slots.runningOf(job.connectionId), slots.retryingOf(job.connectionId), ...slots.ahead(job)];
  const behind = [...new Set(ahead)].filter((id) => id !== undefined && id !== job.id) as string[];
  return behind.length > 0 ? { reason: 'connection_busy', behind } : null;
}

const waitForCap = ({ slots }: Agenda, { tenant }: NewJob): WaitingFor => ({
  reason: 'tenant_cap',
  behind: slots.running(tenant),
});

/** The number of waiting jobs by reason; 0 for a reason that no job has. */
export function countWaiting({ jobs, slots }: Agenda): Map<WaitingFor['reason'], number> {
  const reasonOf = (job: LiveJob) => {
    if (job.phase === 'offered') return 'no_runner';
    if (job.phase === 'due') return dueReason(job);
    const other = slots.runningOf(job.connectionId) ?? slots.retryingOf(job.connectionId) ?? job.id;
    return other === job.id ? 'tenant_cap' : 'connection_busy';
  };
  const counts = new Map<WaitingFor['reason'], number>(waitReasons.map((reason) => [reason, 0]));
  for (const job of jobs.values()) {
    if (!waits(job)) continue;
    const reason = reasonOf(job);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

const waits = ({ phase }: LiveJob) => phase === 'due' || phase === 'ready' || phase === 'offered';

const dueReason = ({ attempt }: LiveJob) => (attempt > 1 ? 'retry_backoff' : 'schedule');

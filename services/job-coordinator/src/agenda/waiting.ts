import { waitReasons, type WaitingFor } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import type { Agenda } from './agenda.js';
import type { LiveJob } from './live-jobs.js';
import { isWaiting } from './phases.js';

/** How many of the jobs that must end first are named. */
const NAMED = 5;

/** Why the job is not running; null when it is, or is about to be, or when the agenda does not know it. */
export function explain(agenda: Agenda, jobId: string, { cap, now }: { cap: number; now: number }): WaitingFor | null {
  const job = agenda.jobs.get(jobId);
  // Its time may be another clock's, and have passed by this one.
  if (job?.phase === 'due' && !job.isHeld)
    return { reason: dueReason(job), ...(job.due > now && { until: instantOf(job.due) }) };
  return job ? explainDue(agenda, job, cap) : null;
}

/** The same for a job whose time has come, and which may be too new to be on the agenda. */
export function explainDue(agenda: Agenda, job: DueJob, cap: number): WaitingFor | null {
  const known = agenda.jobs.get(job.id);
  // An agenda that is behind knows an earlier attempt.
  if (known?.attempt === job.attempt) {
    if (!isWaiting(known.phase)) return null;
    if (known.phase === 'offered') return { reason: 'no_runner' };
    const until = known.isHeld ? known.due : known.phase === 'ready' ? agenda.heldUntil(known) : undefined;
    if (until !== undefined) return { reason: 'window', until: instantOf(until) };
  }
  return waitForConnection(agenda, job) ?? waitForCap(agenda, job, cap);
}

type DueJob = Pick<LiveJob, 'id' | 'tenant' | 'lane' | 'attempt'>;

/** A connection runs one job at a time: first the one that runs or waits for its retry, then those queued earlier. */
function waitForConnection({ slots }: Agenda, job: DueJob): WaitingFor | null {
  const current = [slots.runningOf(job.lane), slots.retryingOf(job.lane)];
  const before = new Set(current.filter((id) => id !== undefined && id !== job.id)) as Set<string>;
  // The one that is retried may also be at the front of the queue.
  const { first, count } = slots.ahead(job, NAMED + 1);
  const queued = first.filter((id) => !before.has(id));
  const behindCount = before.size + count - (first.length - queued.length);
  if (behindCount === 0) return null;
  return { reason: 'connection_busy', ...namedOf([...before, ...queued], behindCount) };
}

/** Null while the tenant has a free slot: the job is about to get it. */
function waitForCap({ slots }: Agenda, { tenant }: DueJob, cap: number): WaitingFor | null {
  const running = slots.running(tenant);
  if (running.length < cap) return null;
  return { reason: 'tenant_cap', ...namedOf(running, running.length) };
}

const namedOf = (ids: readonly string[], count: number): Pick<WaitingFor, 'behind' | 'behindCount'> => ({
  behind: ids.slice(0, NAMED),
  ...(count > NAMED && { behindCount: count }),
});

/** The number of waiting jobs by reason; 0 for a reason that no job has. */
export function countWaiting({ jobs, slots }: Agenda): Map<WaitingFor['reason'], number> {
  const reasonOf = (job: LiveJob) => {
    if (job.phase === 'offered') return 'no_runner';
    if (job.isHeld) return 'window';
    if (job.phase === 'due') return dueReason(job);
    const other = slots.runningOf(job.lane) ?? slots.retryingOf(job.lane) ?? job.id;
    return other === job.id ? 'tenant_cap' : 'connection_busy';
  };
  const counts = new Map<WaitingFor['reason'], number>(waitReasons.map((reason) => [reason, 0]));
  for (const job of jobs.values()) {
    if (!isWaiting(job.phase)) continue;
    const reason = reasonOf(job);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

const dueReason = ({ attempt }: LiveJob) => (attempt > 1 ? 'retry_backoff' : 'schedule');

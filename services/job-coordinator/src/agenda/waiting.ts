import { waitReasons, type WaitingFor } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import type { Agenda, LiveJob } from './agenda.js';

/** Why the job is not at work; null when it is, or when it is not on the agenda. */
export function explain(agenda: Agenda, jobId: string): WaitingFor | null {
  const job = agenda.jobs.get(jobId);
  if (!job || !waits(job)) return null;
  if (job.phase === 'offered') return { reason: 'no_runner' };
  if (job.phase === 'due') return { reason: dueReason(job), until: instantOf(job.due) };
  return behindOthers(agenda, job) ?? behindTheCap(agenda, job);
}

/** What a job that is too new to be on the agenda will wait for. */
export function foresee(agenda: Agenda, job: Newcomer, cap: number): WaitingFor {
  const others = behindOthers(agenda, job);
  if (others) return others;
  return agenda.countHolders(job.tenant) >= cap ? behindTheCap(agenda, job) : { reason: 'no_runner' };
}

type Newcomer = Pick<LiveJob, 'id' | 'tenant' | 'connectionId'>;

/** One job of a connection at a time: the one at work or between two tries, then those that came earlier. */
function behindOthers(agenda: Agenda, job: Newcomer): WaitingFor | null {
  const ahead = [agenda.holderAt(job.connectionId), agenda.retryingOf(job.connectionId), ...agenda.ahead(job)];
  const behind = [...new Set(ahead)].filter((id) => id !== undefined && id !== job.id) as string[];
  return behind.length > 0 ? { reason: 'connection_busy', behind } : null;
}

const behindTheCap = (agenda: Agenda, { tenant }: Newcomer): WaitingFor => ({
  reason: 'tenant_cap',
  behind: agenda.holdersOf(tenant).map(({ id }) => id),
});

/** How many jobs wait, by reason; 0 for a reason that nobody has. */
export function countWaiting(agenda: Agenda): Map<WaitingFor['reason'], number> {
  const reasonOf = (job: LiveJob) => {
    if (job.phase === 'offered') return 'no_runner';
    if (job.phase === 'due') return dueReason(job);
    const other = agenda.holderAt(job.connectionId) ?? agenda.retryingOf(job.connectionId) ?? job.id;
    return other === job.id ? 'tenant_cap' : 'connection_busy';
  };
  const counts = new Map<WaitingFor['reason'], number>(waitReasons.map((reason) => [reason, 0]));
  for (const job of agenda.jobs.values()) {
    if (!waits(job)) continue;
    const reason = reasonOf(job);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

const waits = ({ phase }: LiveJob) => phase === 'due' || phase === 'ready' || phase === 'offered';

const dueReason = ({ attempt }: LiveJob) => (attempt > 1 ? 'retry_backoff' : 'schedule');

import type { JobView } from '@tidemark/contracts';
import { explainDue } from '../agenda/waiting.js';
import type { Coordinator } from '../coordinator.js';
import { attemptOf, type ExistingJob } from '../job/job.js';
import { describeJob, waitingForTime } from '../job/job.view.js';

/** The job's view, with the facts that are kept only in memory. */
export function viewOf(
  { agenda, settings, time }: Pick<Coordinator, 'agenda' | 'settings' | 'time'>,
  job: ExistingJob,
): JobView {
  const live = agenda.claims.get(job.id);
  const current = live?.number === job.claim?.number ? live : undefined;
  const waiting = job.status === 'pending' || (job.status === 'running' && !job.claim);
  const reason = () =>
    waitingForTime(job, time.now()) ??
    explainDue(agenda, { ...job, attempt: attemptOf(job) }, settings.tenantMaxRunning);
  return describeJob(job, {
    stagePercent: current?.percent,
    counts: current?.counts,
    waitingFor: waiting ? reason() : null,
  });
}

import type { JobView } from '@tidemark/contracts';
import { explain, predictWait } from '../agenda/waiting.js';
import type { Coordinator } from '../coordinator.js';
import type { ExistingJob } from '../job/job.js';
import { describeJob, waitingForTime } from '../job/job.view.js';

/** The job's view, with the facts that are kept only in memory. */
export function viewOf({ agenda, settings }: Pick<Coordinator, 'agenda' | 'settings'>, job: ExistingJob): JobView {
  const live = agenda.claims.get(job.id);
  const current = live?.number === job.claim?.number ? live : undefined;
  const waiting = job.status === 'pending' || (job.status === 'running' && !job.claim);
  const reason = () =>
    explain(agenda, job.id) ?? waitingForTime(job) ?? predictWait(agenda, job, settings.tenantMaxRunning);
  return describeJob(job, {
    stagePercent: current?.percent,
    counts: current?.counts,
    waitingFor: waiting ? reason() : null,
  });
}

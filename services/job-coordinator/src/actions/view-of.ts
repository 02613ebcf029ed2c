import type { JobView } from '@tidemark/contracts';
import { laneOf } from '../admission/lanes.js';
import { explainDue } from '../agenda/waiting.js';
import type { Coordinator } from '../coordinator.js';
import { attemptOf, currentStage, type ExistingJob } from '../job/job.js';
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
    explainDue(agenda, { ...job, lane: laneOf(job), attempt: attemptOf(job) }, settings.tenantMaxRunning);
  return describeJob(job, {
    stagePercent: stagePercent(agenda, job),
    counts: current?.counts,
    waitingFor: waiting ? reason() : null,
  });
}

/** The agenda follows the log by itself: its stage may be the one before the job's, or the one after. */
function stagePercent({ jobs, claims }: Coordinator['agenda'], job: ExistingJob): number {
  const indexOf = (stage?: string) => job.stages.findIndex(({ name }) => name === stage);
  const ahead = indexOf(jobs.get(job.id)?.stage.name) - indexOf(currentStage(job)?.name);
  return ahead === 0 ? claims.percentOf(job.id) : ahead > 0 ? 100 : 0;
}

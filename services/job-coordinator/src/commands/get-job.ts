import { TidemarkError, type ExplainJobs, type JobRef, type JobView, type WaitingFor } from '@tidemark/contracts';
import { explain, predictWait } from '../agenda/waiting.js';
import type { Coordinator } from '../coordinator.js';
import type { ExistingJob, JobState } from '../job/job.js';
import { describeJob, waitingForTime } from '../job/job.view.js';

/** The job, folded from its stream: a caller reads its own writes. @throws TidemarkError NOT_FOUND */
export const getJob = async (coordinator: Coordinator, ref: JobRef): Promise<JobView> =>
  viewOf(coordinator, await findJob(coordinator, ref));

/** Why each of these jobs is not at work; those that are, and those of others, are left out. */
export function explainJobs({ agenda }: Coordinator, { tenant, jobIds }: ExplainJobs): Record<string, WaitingFor> {
  const own = jobIds.filter((jobId) => agenda.jobs.get(jobId)?.tenant === tenant);
  return Object.fromEntries(
    own.flatMap((jobId) => {
      const reason = explain(agenda, jobId);
      return reason ? [[jobId, reason]] : [];
    }),
  );
}

/** The tenant's job; another tenant's does not exist. @throws TidemarkError NOT_FOUND */
export async function findJob({ jobs }: Coordinator, { tenant, jobId }: JobRef): Promise<ExistingJob> {
  const { state } = await jobs.load(jobId);
  return ownedJob(state, tenant);
}

export function ownedJob(job: JobState, tenant: string): ExistingJob {
  if (job.status === 'absent' || job.tenant !== tenant) throw new TidemarkError('NOT_FOUND', 'no such job');
  return job;
}

/** The job together with what only the running system knows of it. */
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

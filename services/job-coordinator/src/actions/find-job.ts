import { TidemarkError, type JobRef } from '@tidemark/contracts';
import type { Coordinator } from '../coordinator.js';
import type { ExistingJob, JobState } from '../job/job.js';

/** The tenant's job; another tenant's does not exist. @throws TidemarkError NOT_FOUND */
export async function findJob({ jobs }: Coordinator, { tenant, jobId }: JobRef): Promise<ExistingJob> {
  const { state } = await jobs.load(jobId);
  return ownedJob(state, tenant);
}

/** @throws TidemarkError NOT_FOUND */
export function ownedJob(job: JobState, tenant: string): ExistingJob {
  if (job.status === 'absent' || job.tenant !== tenant) throw new TidemarkError('NOT_FOUND', 'no such job');
  return job;
}

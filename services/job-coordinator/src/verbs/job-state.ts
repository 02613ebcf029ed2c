import { jobStream, TidemarkError, type GetJobState, type JobView } from '@tidemark/contracts';
import { ownedJob } from '../actions/find-job.js';
import type { Coordinator } from '../coordinator.js';
import { describeJob } from '../job/job.view.js';

/** The job as it was at a revision or a time . @throws TidemarkError NOT_FOUND, also when it did not exist yet */
export async function getJobState(
  coordinator: Coordinator,
  { tenant, jobId, revision, at }: GetJobState,
): Promise<JobView> {
  const { state: latest, revision: last } = await coordinator.jobs.load(jobId);
  ownedJob(latest, tenant);
  const atRevision = revision ?? (at === undefined ? last : await revisionAt(coordinator, jobId, Date.parse(at)));
  if (atRevision > last)
    throw new TidemarkError('NOT_FOUND', `job ${jobId} has no revision ${atRevision}; its last revision is ${last}`);
  const { state } = await coordinator.jobs.load(jobId, { atRevision });
  return describeJob(ownedJob(state, tenant));
}

/** The last revision recorded at or before a time. @throws TidemarkError NOT_FOUND when there is none */
async function revisionAt({ eventStore }: Coordinator, jobId: string, time: number): Promise<number> {
  for await (const { revision, recordedAt } of eventStore.read(jobStream.of(jobId), { direction: 'backwards' }))
    if (recordedAt <= time) return revision;
  throw new TidemarkError('NOT_FOUND', 'no such job');
}

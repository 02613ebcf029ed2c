import { isEnding, jobStream, type GetJobEvents, type JobEventPage } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import { findJob } from '../actions/find-job.js';
import { messageOf, storedJobEvents } from '../actions/stored-job-events.js';
import type { Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';

/** Stored events, starting at a revision. @throws TidemarkError NOT_FOUND */
export async function getJobEvents(
  coordinator: Coordinator,
  { tenant, jobId, from = 0, limit = 100 }: GetJobEvents,
): Promise<JobEventPage> {
  const job = await findJob(coordinator, { tenant, jobId });
  const events = await storedJobEvents(coordinator, jobId, from, limit);
  const ended = isEnded(job) && (events.length < limit || isEnding(events.at(-1)!));
  return {
    ended,
    events: events.map((stored) => {
      const event = jobStream.read(stored);
      const { revision, type, recordedAt, data } = event ?? stored;
      return { revision, type, at: instantOf(recordedAt), message: messageOf(event), data: data as object };
    }),
  };
}

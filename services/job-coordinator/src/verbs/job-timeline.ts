import { jobStream, type GetTimeline, type TimelineEntry } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import { instantOf } from '@tidemark/foundation';
import { findJob } from '../actions/find-job.js';
import { messageOf, storedJobEvents } from '../actions/stored-job-events.js';
import type { Coordinator } from '../coordinator.js';

/** One page of the job's timeline. @throws TidemarkError NOT_FOUND */
export async function getTimeline(
  coordinator: Coordinator,
  { tenant, jobId, page = 1, perPage = 50 }: GetTimeline,
): Promise<{ data: TimelineEntry[]; total: number }> {
  await findJob(coordinator, { tenant, jobId });
  const events = await storedJobEvents(coordinator, jobId, 0);
  const shown = events.slice((page - 1) * perPage, page * perPage);
  return { data: shown.map(entryOf), total: events.length };
}

function entryOf(stored: RecordedEvent): TimelineEntry {
  const event = jobStream.read(stored);
  return {
    revision: stored.revision,
    type: stored.type,
    at: instantOf(stored.recordedAt),
    actor: stored.metadata.actor ?? 'internal',
    stage: event && 'stage' in event.data ? event.data.stage : null,
    claim: event && 'claim' in event.data ? event.data.claim : null,
    message: messageOf(event),
  };
}

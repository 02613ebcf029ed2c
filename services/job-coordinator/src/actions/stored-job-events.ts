import { jobStream, type JobEvent } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import type { Coordinator } from '../coordinator.js';
import { describeEvent } from '../job/job.timeline.js';

/** The events of a job, starting at a revision. */
export async function storedJobEvents(
  { eventStore }: Coordinator,
  jobId: string,
  from: number,
  limit?: number,
): Promise<RecordedEvent[]> {
  return Array.fromAsync(eventStore.read(jobStream.of(jobId), { from, limit }));
}

/** History shows every stored event, even one that this version cannot describe. */
export const messageOf = (event: JobEvent | undefined): string =>
  event ? describeEvent(event) : 'Recorded by a newer version of Tidemark';

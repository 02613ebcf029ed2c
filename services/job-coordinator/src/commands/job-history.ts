import {
  isEnding,
  jobStream,
  TidemarkError,
  type GetJobEvents,
  type GetJobState,
  type GetTimeline,
  type JobEvent,
  type JobEventPage,
  type JobView,
  type TimelineEntry,
} from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import { instantOf } from '@tidemark/foundation';
import type { Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';
import { describeEvent } from '../job/job.timeline.js';
import { describeJob } from '../job/job.view.js';
import { findJob, ownedJob } from './get-job.js';

/** The job as it was at a revision or a time (P2). @throws TidemarkError NOT_FOUND, also when it did not exist yet */
export async function getJobState(
  coordinator: Coordinator,
  { tenant, jobId, revision, at }: GetJobState,
): Promise<JobView> {
  const { state: latest, revision: last } = await coordinator.jobs.load(jobId);
  ownedJob(latest, tenant);
  const atRevision = revision ?? (at === undefined ? last : await revisionAt(coordinator, jobId, Date.parse(at)));
  if (atRevision > last)
    throw new TidemarkError('NOT_FOUND', `job ${jobId} has no revision ${atRevision}; its last is ${last}`);
  const { state } = await coordinator.jobs.load(jobId, { atRevision });
  return describeJob(ownedJob(state, tenant));
}

/** The last revision recorded at or before a time. @throws TidemarkError NOT_FOUND when there is none */
async function revisionAt({ eventStore }: Coordinator, jobId: string, time: number): Promise<number> {
  for await (const { revision, recordedAt } of eventStore.read(jobStream.of(jobId), { direction: 'backwards' }))
    if (recordedAt <= time) return revision;
  throw new TidemarkError('NOT_FOUND', 'no such job');
}

/** Stored events from a revision on. @throws TidemarkError NOT_FOUND */
export async function getJobEvents(
  coordinator: Coordinator,
  { tenant, jobId, from = 0, limit = 100 }: GetJobEvents,
): Promise<JobEventPage> {
  const job = await findJob(coordinator, { tenant, jobId });
  const events = await stored(coordinator, jobId, from, limit);
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

/** One page of the job's story. @throws TidemarkError NOT_FOUND */
export async function getTimeline(
  coordinator: Coordinator,
  { tenant, jobId, page = 1, perPage = 50 }: GetTimeline,
): Promise<{ data: TimelineEntry[]; total: number }> {
  await findJob(coordinator, { tenant, jobId });
  const events = await stored(coordinator, jobId, 0);
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

/** History shows every stored event, also one that this version cannot describe. */
const messageOf = (event: JobEvent | undefined) =>
  event ? describeEvent(event) : 'Recorded by a newer version of Tidemark';

async function stored(
  { eventStore }: Coordinator,
  jobId: string,
  from: number,
  limit?: number,
): Promise<RecordedEvent[]> {
  return Array.fromAsync(eventStore.read(jobStream.of(jobId), { from, limit }));
}

import {
  isEnding,
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
import { jobStream, type Coordinator } from '../coordinator.js';
import { isEnded } from '../job/job.js';
import { describeEvent } from '../job/job.timeline.js';
import { describeJob } from '../job/job.view.js';
import { findJob, ownedJob } from './get-job.js';

const happened = ({ type, data }: RecordedEvent) => ({ type, data }) as JobEvent;

/** The job as it was at a revision or a time (P2). @throws TidemarkError NOT_FOUND, also when it did not exist yet */
export async function getJobState(
  coordinator: Coordinator,
  { tenant, jobId, revision, at }: GetJobState,
): Promise<JobView> {
  const stream = jobStream(jobId);
  const { state: latest, revision: last } = await coordinator.jobs.load(stream);
  ownedJob(latest, tenant);
  const atRevision = revision ?? (at === undefined ? last : await revisionAt(coordinator, jobId, Date.parse(at)));
  if (atRevision > last)
    throw new TidemarkError('NOT_FOUND', `job ${jobId} has no revision ${atRevision}; its last is ${last}`);
  const { state } = await coordinator.jobs.load(stream, { atRevision });
  return describeJob(ownedJob(state, tenant));
}

/** The last revision recorded at or before a time. @throws TidemarkError NOT_FOUND when there is none */
async function revisionAt({ eventStore }: Coordinator, jobId: string, time: number): Promise<number> {
  for await (const { revision, recordedAt } of eventStore.read(jobStream(jobId), { direction: 'backwards' }))
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
  const ended = isEnded(job) && (events.length < limit || isEnding(events.at(-1)!.type));
  return {
    ended,
    events: events.map((event) => ({
      revision: event.revision,
      type: event.type,
      at: instantOf(event.recordedAt),
      message: describeEvent(happened(event)),
      data: event.data as object,
    })),
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

function entryOf(event: RecordedEvent): TimelineEntry {
  const data = event.data as { stage?: string; claim?: number };
  return {
    revision: event.revision,
    type: event.type,
    at: instantOf(event.recordedAt),
    actor: event.metadata.actor ?? 'internal',
    stage: data.stage ?? null,
    claim: data.claim ?? null,
    message: describeEvent(happened(event)),
  };
}

async function stored(
  { eventStore }: Coordinator,
  jobId: string,
  from: number,
  limit?: number,
): Promise<RecordedEvent[]> {
  return Array.fromAsync(eventStore.read(jobStream(jobId), { from, limit }));
}

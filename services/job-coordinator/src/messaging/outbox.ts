import {
  eventHeaders,
  eventSubject,
  workSubject,
  type EndedJob,
  type JobEnding,
  type JobEvent,
  type Origin,
  type StageDefinition,
  type Work,
} from '@tidemark/contracts';
import { categoryOf, type RecordedEvent } from '@tidemark/event-store';
import type { OutgoingMessage } from '@tidemark/messaging';
import type { PlacesChanged } from '../admission/admission.js';

/** Where a message about the end of a job goes: the coordinators themselves, who commit cursors and plan the next sync. */
export const JOB_ENDED = 'tidemark.work.job-coordinator.job-ended';

/** The messages that follow from a stored event. Their ids derive from the event's, so that publishing twice is once. */
export function messagesOf(event: RecordedEvent): OutgoingMessage[] {
  switch (categoryOf(event.stream)) {
    case 'job':
      return [relayed('job', event), ...workAfter(event)];
    case 'connection':
      return [relayed('connection', event)];
    case 'admission':
      return (event.data as PlacesChanged['data']).admitted.map(({ jobId, service, stage, attempt, origin = {} }) =>
        work(event, jobId, { name: stage, service: service as StageDefinition['service'] }, attempt, origin),
      );
    default:
      return [];
  }
}

function workAfter(event: RecordedEvent): OutgoingMessage[] {
  const jobId = event.stream.slice('job-'.length);
  const happened = { type: event.type, data: event.data } as JobEvent;
  switch (happened.type) {
    case 'StageCompleted':
      return happened.data.handOver ? [work(event, jobId, happened.data.handOver, happened.data.attempt)] : [];
    case 'ClaimExpired': {
      const { stage: name, service, attempt } = happened.data;
      return [work(event, jobId, { name, service: service as StageDefinition['service'] }, attempt)];
    }
    case 'JobCompleted':
    case 'JobFailed':
    case 'JobCancelled':
      return [ended(event, jobId, happened)];
    default:
      return [];
  }
}

function work(
  event: RecordedEvent,
  jobId: string,
  { name: stage, service }: StageDefinition,
  attempt: number,
  origin: Origin = event.metadata,
) {
  const data: Work = { tenant: event.metadata.tenant ?? '', jobId, stage, attempt };
  return message(event, workSubject(service, stage), `${event.id}:${jobId}`, data, origin);
}

function ended(event: RecordedEvent, jobId: string, ending: JobEnding) {
  const data: EndedJob = { tenant: event.metadata.tenant ?? '', jobId, ending, position: event.position };
  return message(event, JOB_ENDED, `${event.id}:ended`, data);
}

const relayed = (aggregate: string, event: RecordedEvent) =>
  message(event, eventSubject(aggregate, event.type), event.id, {
    stream: event.stream,
    revision: event.revision,
    tenant: event.metadata.tenant,
    ...(event.data as object),
  });

function message<T>(
  event: RecordedEvent,
  subject: string,
  id: string,
  data: T,
  origin: Origin = event.metadata,
): OutgoingMessage<T> {
  return { subject, id, data, headers: eventHeaders('job-coordinator', id, event, origin) };
}

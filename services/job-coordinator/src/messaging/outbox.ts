import {
  connectionStream,
  eventHeaders,
  jobStream,
  pushStream,
  relayed,
  workSubject,
  type EndedJob,
  type JobEnding,
  type JobEvent,
  type Origin,
  type PushesWaiting,
  type StageDefinition,
  type Work,
} from '@tidemark/contracts';
import { categoryOf, type RecordedEvent } from '@tidemark/event-store';
import type { OutgoingMessage } from '@tidemark/messaging';
import { admissionStream } from '../admission/admission.js';

const SERVICE = 'job-coordinator';

/** Where a message about the end of a job goes: the coordinators themselves, who commit cursors and plan the next sync. */
export const JOB_ENDED = 'tidemark.work.job-coordinator.job-ended';

/** Where a message about pushes goes: the coordinators themselves, who make jobs of them. */
export const PUSHED = 'tidemark.work.job-coordinator.pushed';

/** The messages that follow from a stored event. Their ids derive from the event's, so that a repeated publication is recognised. */
export function messagesOf(stored: RecordedEvent): OutgoingMessage[] {
  switch (categoryOf(stored.stream)) {
    case jobStream.category:
      return ofJob(stored);
    case connectionStream.category:
      return ofConnection(stored);
    case pushStream.category:
      return ofPushes(stored);
    case admissionStream.category:
      return workOfAdmitted(stored);
    default:
      return [];
  }
}

/** What was pushed while a connection was paused or disconnected becomes a job when it is not any more. */
function ofConnection(stored: RecordedEvent): OutgoingMessage[] {
  const event = connectionStream.read(stored);
  const messages = relayed(SERVICE, connectionStream.category, stored, event);
  const isBack = event?.type === 'ConnectionResumed' || event?.type === 'ConnectionReconnected';
  return isBack ? [...messages, ...pushed(stored, connectionStream.idOf(stored.stream))] : messages;
}

/** What waits is announced once; the message stays until a job has it. */
function ofPushes(stored: RecordedEvent): OutgoingMessage[] {
  const event = pushStream.read(stored);
  const isNews = event?.type === 'ObjectsPushed' && event.data.announced;
  return isNews ? pushed(stored, pushStream.idOf(stored.stream)) : [];
}

function pushed(stored: RecordedEvent, connectionId: string): OutgoingMessage[] {
  const data: PushesWaiting = { tenant: stored.metadata.tenant ?? '', connectionId };
  return [message(stored, PUSHED, `${stored.id}:pushed`, data)];
}

function workOfAdmitted(stored: RecordedEvent): OutgoingMessage[] {
  const admitted = admissionStream.readChecked(stored)?.data.admitted ?? [];
  return admitted.map(({ jobId, service, stage, attempt, origin = {} }) =>
    work(stored, jobId, { name: stage, service: service as StageDefinition['service'] }, attempt, origin),
  );
}

function ofJob(stored: RecordedEvent): OutgoingMessage[] {
  // Type and data alone: an ending goes into its message as it is.
  const event = jobStream.readChecked({ type: stored.type, data: stored.data });
  const messages = relayed(SERVICE, jobStream.category, stored, event);
  return event ? [...messages, ...workAfter(stored, event)] : messages;
}

function workAfter(stored: RecordedEvent, event: JobEvent): OutgoingMessage[] {
  const jobId = jobStream.idOf(stored.stream);
  switch (event.type) {
    case 'StageCompleted':
      return event.data.handOver ? [work(stored, jobId, event.data.handOver, event.data.attempt)] : [];
    case 'ClaimExpired': {
      const { stage: name, service, attempt } = event.data;
      return [work(stored, jobId, { name, service: service as StageDefinition['service'] }, attempt)];
    }
    case 'JobCompleted':
    case 'JobFailed':
    case 'JobCancelled':
      return [ended(stored, jobId, event)];
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

function message<T>(
  event: RecordedEvent,
  subject: string,
  id: string,
  data: T,
  origin: Origin = event.metadata,
): OutgoingMessage<T> {
  return { subject, id, data, headers: eventHeaders(SERVICE, id, event, origin) };
}

import { eventSubject } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import type { OutgoingMessage } from '@tidemark/messaging';

/** The message that follows from a subscriber's alert: `tidemark.evt.alerts.ChangesDetected`. */
export function messagesOf(event: RecordedEvent): OutgoingMessage[] {
  const { id, type, stream, revision, recordedAt, data, metadata } = event;
  const { correlationId, traceparent } = metadata;
  const headers = {
    'ce-id': id,
    'ce-type': type,
    'ce-source': '/tidemark/differ',
    'ce-specversion': '1.0',
    'ce-subject': stream,
    'ce-time': new Date(recordedAt).toISOString(),
    ...(correlationId && { 'tidemark-correlation-id': correlationId }),
    ...(traceparent && { traceparent }),
  };
  return [{ subject: eventSubject('alerts', type), id, data: { stream, revision, ...(data as object) }, headers }];
}

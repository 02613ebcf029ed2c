import { eventHeaders, eventSubject } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import type { OutgoingMessage } from '@tidemark/messaging';

/** The message that follows from a subscriber's alert: `tidemark.evt.alerts.ChangesDetected`. */
export function messagesOf(event: RecordedEvent): OutgoingMessage[] {
  const { id, type, stream, revision, data, metadata } = event;
  const subject = eventSubject('alerts', type);
  const headers = eventHeaders('differ', id, event, metadata);
  return [{ subject, id, data: { stream, revision, ...(data as object) }, headers }];
}

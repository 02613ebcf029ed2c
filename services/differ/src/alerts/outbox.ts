import { alertStream, relayed } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import type { OutgoingMessage } from '@tidemark/messaging';

/** The message published for a subscriber's alert: `tidemark.evt.alerts.ChangesDetected`. */
export const messagesOf = (stored: RecordedEvent): OutgoingMessage[] =>
  relayed('differ', alertStream.category, stored, alertStream.read(stored));

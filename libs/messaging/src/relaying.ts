import type { EventStore, RecordedEvent } from '@tidemark/event-store';
import { toError } from '@tidemark/foundation';
import { deadLetter } from './dead-letter.js';
import {
  Terminal,
  type ConsumeHandler,
  type ConsumeOptions,
  type DeadLetter,
  type EventMapping,
  type Headers,
  type OutgoingMessage,
  type RelayOptions,
} from './port.js';

/** Where an event is stored. */
interface EventPlace {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly tenant?: string;
}

/** The messages of an event, or the error of the mapping: one event must not stop the others. */
export function mapped(
  { map }: { readonly map: EventMapping },
  event: RecordedEvent,
): readonly OutgoingMessage[] | Error {
  try {
    return map(event);
  } catch (error) {
    return toError(error);
  }
}

/** The dead letter of an event that a relay could not publish. Its message asks the relays of that name to try again. */
export function eventLetter(relay: string, event: RecordedEvent, reason: string): OutgoingMessage<DeadLetter> {
  const { id, stream, revision, type, position, metadata } = event;
  const { tenant, traceparent } = metadata;
  const data: EventPlace = { stream, revision, type, ...(tenant !== undefined && { tenant }) };
  const headers: Headers = traceparent === undefined ? {} : { traceparent };
  const failed = { subject: retrySubject(relay), id, data, headers, deliveryCount: 0 };
  return deadLetter(failed, position, reason, retryDurable(relay));
}

/** How a relay consumes the events that an operator sends to it again. */
export function retries({ name }: RelayOptions): ConsumeOptions {
  return { durable: retryDurable(name), subject: retrySubject(name), maxDeliver: -1, concurrency: 1 };
}

/** Maps the event once more and publishes what follows. */
export function retryEvent(
  { source, map }: Pick<RelayOptions, 'source' | 'map'>,
  publish: (message: OutgoingMessage) => Promise<unknown>,
): ConsumeHandler<EventPlace> {
  return async ({ data: { stream, revision } }) => {
    const messages = mapped({ map }, await eventAt(source, stream, revision));
    if (messages instanceof Error) throw new Terminal(messages.message, { cause: messages });
    for (const message of messages) await publish(message);
  };
}

async function eventAt(source: EventStore, stream: string, revision: number): Promise<RecordedEvent> {
  try {
    for await (const event of source.read(stream, { from: revision, limit: 1 })) return event;
  } catch (error) {
    if (!GONE.has((error as Error).name)) throw error;
  }
  throw new Terminal(`the stream ${stream} has no event ${revision}`);
}

const GONE: ReadonlySet<string> = new Set(['StreamNotFound', 'StreamDeleted']);
const retryDurable = (relay: string) => `relay-${relay}`;
const retrySubject = (relay: string) => `tidemark.work.relay.${relay}`;

import { eventHeaders, type Headers, type Origin, type StoredAbout } from './headers.js';
import type { StoredEvent } from './stream.js';
import { eventSubject } from './subjects.js';
import type { ServiceName } from './verbs/services.js';

/** The parts of a stored event that its relay message needs. */
interface RelayedEvent extends StoredEvent, StoredAbout {
  readonly id: string;
  readonly revision: number;
  readonly metadata: Origin & { readonly tenant?: string };
}

/** `tidemark.evt.<category>.<EventType>`: the event's data, and where it is stored. */
interface RelayedMessage {
  readonly subject: string;
  readonly id: string;
  readonly data: object;
  readonly headers: Headers;
}

/**
 * The message that relays a stored event, in the current shape where this version knows it (`event`). An event of a
 * newer version is relayed as it is stored: its consumers may know it.
 */
export function relayed(
  service: ServiceName,
  category: string,
  stored: RelayedEvent,
  { data }: StoredEvent = stored,
): RelayedMessage[] {
  const { id, type, stream, revision, metadata } = stored;
  // A type that cannot be part of a subject is not ours; publishing it would fail again and again.
  if (!/^\w+$/.test(type)) return [];
  const about = { stream, revision, tenant: metadata.tenant };
  const headers = eventHeaders(service, id, stored, metadata);
  return [{ subject: eventSubject(category, type), id, data: { ...about, ...(data as object) }, headers }];
}

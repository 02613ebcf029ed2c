import { TooLarge } from './errors.js';
import { MAX_APPEND_BYTES, type ExpectedRevision, type NewEvent } from './port.js';

/** An event's JSON, as it is stored. */
export interface EncodedEvent {
  readonly data: string;
  readonly metadata: string;
}

export interface EncodedAppend {
  readonly events: readonly EncodedEvent[];
  /** UTF-8 bytes of types, data and metadata; an upper bound of them when far below the limit. */
  readonly bytes: number;
}

/**
 * Checks an append as every adapter must and serializes its events.
 * @throws RangeError (no events, bad revision) · TypeError (no stream, data that is not JSON) · TooLarge (over 1 MiB)
 */
export function encodeAppend(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): EncodedAppend {
  if (!stream) throw new TypeError('stream: expected a name, got an empty string');
  if (events.length === 0) throw new RangeError(`events: an append to ${stream} needs at least one event`);
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new RangeError(`expected: a revision is an integer from 0, got ${expected}`);
  }
  const encoded: EncodedEvent[] = [];
  let characters = 0;
  for (const event of events) {
    const data = JSON.stringify(event.data);
    if (data === undefined) throw new TypeError(`data: event ${event.type} of ${stream} has no JSON value`);
    const metadata = JSON.stringify(event.metadata);
    characters += event.type.length + data.length + metadata.length;
    encoded.push({ data, metadata });
  }
  // A UTF-16 unit takes at most 3 bytes in UTF-8, so most appends need no exact count.
  if (characters * 3 <= MAX_APPEND_BYTES) return { events: encoded, bytes: characters * 3 };
  const bytes = exactBytes(events, encoded);
  if (bytes > MAX_APPEND_BYTES) throw new TooLarge(bytes, MAX_APPEND_BYTES);
  return { events: encoded, bytes };
}

function exactBytes(events: readonly NewEvent[], encoded: readonly EncodedEvent[]): number {
  let bytes = 0;
  for (const event of events) bytes += Buffer.byteLength(event.type);
  for (const { data, metadata } of encoded) bytes += Buffer.byteLength(data) + Buffer.byteLength(metadata);
  return bytes;
}

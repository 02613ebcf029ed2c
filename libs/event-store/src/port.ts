import type { Anchor, History } from './history/epochs.js';

/** The origin of an event: its actor, its request, its cause. Never secrets. */
export interface EventMetadata {
  readonly tenant?: string;
  /** The first cause: the id of the request (or timer) that started it all. */
  readonly correlationId?: string;
  /** The id of the event or message that led directly to this event. */
  readonly causationId?: string;
  /** The actor: `key:<id>`, `schedule`, `runner:<id>`, `coordinator`. */
  readonly actor?: string;
  /** W3C trace context of the span that appended the event. */
  readonly traceparent?: string;
}

/** An event before it is stored. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  /** UUID; time-ordered (v7) unless idempotency requires a derived one (v5). */
  readonly id: string;
  readonly type: Type;
  readonly data: Data;
  readonly metadata: EventMetadata;
}

/** An event as stored. */
export interface RecordedEvent<Type extends string = string, Data = unknown> extends NewEvent<Type, Data> {
  readonly stream: string;
  /** Position in its stream, from 0, without gaps. */
  readonly revision: number;
  /** Position in the whole log; grows, may have gaps; a safe integer. */
  readonly position: number;
  /** When it was stored, milliseconds since the epoch. */
  readonly recordedAt: number;
}

/** The revision that the writer believes to be the stream's last: a number, or a condition. */
export type ExpectedRevision = number | 'no_stream' | 'stream_exists' | 'any';

export interface AppendResult {
  /** Revision of the last event appended. */
  readonly revision: number;
  /** Position of the last event appended. */
  readonly position: number;
}

export interface ReadOptions {
  /** First revision to read, inclusive. Default: 0 forwards, the last backwards. */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  /** At most this many events. Default: all. */
  readonly limit?: number;
}

export interface SubscribeOptions {
  /** Stream name prefixes before the first `-` (`job`, `connection`). Omitted: every stream but system streams (`$…`). */
  readonly categories?: readonly string[];
  /** Deliver events with a position greater than this; -1 is the start of the log, 'end' is now. */
  readonly after: number | 'end';
  /** The token that a handler was given with the position `after`, if any: the store's own, exact form of it. */
  readonly token?: string | undefined;
  /** At most this many events a batch. Default 500. */
  readonly batchSize?: number;
  /** Called once, when all events stored at subscription time have been handled. */
  readonly onCaughtUp?: () => void;
  /**
   * Called when a handler throws (the subscription then ends) or the store cannot be reached
   * (the subscription then resumes by itself).
   */
  readonly onError?: (error: Error) => void;
}

/**
 * Handles events in order, without repeats or gaps. The next batch waits for the returned promise, so a slow
 * handler slows the subscription and costs no memory. `position` is how far the subscription
 * has read: at least the position of the last event, higher when later events are in other categories. `events` may be
 * empty when only the position advanced. The `token` is to be kept with the position.
 */
export type BatchHandler = (events: readonly RecordedEvent[], position: number, token?: string) => Promise<void> | void;

export interface Subscription {
  /** The last position that the handler has finished. */
  readonly position: number;
  /** Resolves when the subscription has ended: stopped, or its handler threw. Never rejects. */
  readonly ended: Promise<void>;
  /** No more batches; resolves when the running handler is done. */
  stop(): Promise<void>;
}

/**
 * The event store port. Adapters: SQLite (embedded) and EventStoreDB.
 *
 * Errors are the classes of errors.ts: Conflict, StreamNotFound, StreamDeleted, TooLarge, OutcomeUnknown, Unavailable.
 */
/** How long the processes lived that had the log to themselves, one after another. */
export interface Life {
  /** When the process before this one was last known to be alive, in milliseconds since the epoch. */
  readonly before: number | undefined;
  /** This process is alive at that time. Stored soon, or with the next append. */
  note(now: number): void;
}

export interface EventStore {
  /**
   * Appends all events or none. Returns after they are durable.
   *
   * A repeated call with the same event ids and the same expected revision returns the first call's result.
   * @throws Conflict (with the actual revision) · StreamDeleted · TooLarge (over 1 MiB) · RangeError (no events)
   *   · OutcomeUnknown (repeat with the same ids) · Unavailable (nothing was appended)
   */
  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult>;

  /**
   * @throws StreamNotFound · StreamDeleted · Unavailable
   */
  read(stream: string, options?: ReadOptions): AsyncIterable<RecordedEvent>;

  /** Follows the log. Survives lost connections by resuming after the last handled position. */
  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription;

  /** The position of the last event of the log (-1 when empty). @throws Unavailable */
  head(): Promise<number>;

  /** The event at exactly this position of the log, or its last one, of whatever stream. @throws Unavailable */
  eventAt(position: number | 'end'): Promise<Anchor | undefined>;

  /** Whose log it is, and which of its readers' positions still hold. */
  readonly history: History;

  /** Present where only one process at a time can have the log. */
  readonly life?: Life;

  /** Ends a stream permanently: reading and appending throw StreamDeleted. @throws Conflict · StreamNotFound · Unavailable */
  tombstone(stream: string, expected: ExpectedRevision): Promise<void>;

  /** Resolves when the store responds. @throws Unavailable */
  ping(): Promise<void>;

  /** Ends subscriptions, waits for queued appends, releases files and connections. */
  close(): Promise<void>;
}

/** The largest append, in bytes of serialized events. */
export const MAX_APPEND_BYTES = 1024 * 1024;

/** The part of a stream name before its first `-`. */
export function categoryOf(stream: string): string {
  const dash = stream.indexOf('-');
  return dash === -1 ? stream : stream.slice(0, dash);
}

import { messageOf } from '@tidemark/foundation';

export type EventStoreErrorCode =
  | 'CONFLICT'
  | 'STREAM_NOT_FOUND'
  | 'STREAM_DELETED'
  | 'TOO_LARGE'
  | 'OUTCOME_UNKNOWN'
  | 'EVENT_STORE_UNAVAILABLE'
  | 'UNREADABLE';

/** The base of every adapter's errors; a driver's own error is only ever the `cause`. */
export abstract class EventStoreError extends Error {
  abstract readonly code: EventStoreErrorCode;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The stream is not at the expected revision. */
export class Conflict extends EventStoreError {
  readonly code = 'CONFLICT';
  constructor(
    readonly stream: string,
    /** The stream's last revision, or 'no_stream'. */
    readonly actual: number | 'no_stream',
    options?: ErrorOptions,
  ) {
    super(`${stream} is at revision ${actual}`, options);
  }
}

export class StreamNotFound extends EventStoreError {
  readonly code = 'STREAM_NOT_FOUND';
  constructor(
    readonly stream: string,
    options?: ErrorOptions,
  ) {
    super(`${stream} does not exist`, options);
  }
}

export class StreamDeleted extends EventStoreError {
  readonly code = 'STREAM_DELETED';
  constructor(
    readonly stream: string,
    options?: ErrorOptions,
  ) {
    super(`${stream} was deleted`, options);
  }
}

export class TooLarge extends EventStoreError {
  readonly code = 'TOO_LARGE';
  constructor(
    readonly bytes: number,
    readonly limit: number,
    options?: ErrorOptions,
  ) {
    super(`an append of ${bytes} bytes is over the limit of ${limit} bytes`, options);
  }
}

/** A stored event that this version knows cannot be folded: the stream stands still until a version can. */
export class Unreadable extends EventStoreError {
  readonly code = 'UNREADABLE';
  constructor(
    readonly stream: string,
    { revision, type }: { readonly revision: number; readonly type: string },
    options: ErrorOptions,
  ) {
    super(`event ${revision} of ${stream} (${type}) cannot be read: ${messageOf(options.cause)}`, options);
  }
}

/** The append may or may not have happened: repeat it with the same event ids. */
export class OutcomeUnknown extends EventStoreError {
  readonly code = 'OUTCOME_UNKNOWN';
}

/** The store cannot be reached; nothing was appended. */
export class Unavailable extends EventStoreError {
  readonly code = 'EVENT_STORE_UNAVAILABLE';
}

/** The log is not the one that this process has read: it must be opened and read again. */
export class LogReplaced extends Unavailable {}

/** No server subscribes to the subject. */
export class NoResponder extends Error {
  override readonly name = 'NoResponder';
  readonly code = 'NO_RESPONDER';
}

/** No reply arrived in time; the request may have been executed. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  readonly code = 'DEADLINE_EXCEEDED';
}

/** The server replied with an error. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  constructor(
    /** The `code` of the error that the server's handler threw; `INTERNAL` when it had none. */
    readonly code: string,
    message: string,
    /** The server error's `details`, when it had some (JSON). */
    readonly details?: unknown,
  ) {
    super(message);
  }
}

/** The broker cannot be reached. */
export class BrokerUnavailable extends Error {
  override readonly name = 'BrokerUnavailable';
  readonly code = 'BROKER_UNAVAILABLE';
}

/** The serialized message is over the broker's limit (1 MB). */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
  readonly code = 'MESSAGE_TOO_LARGE';
}

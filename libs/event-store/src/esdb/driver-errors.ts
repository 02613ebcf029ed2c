import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { firstLine } from '@tidemark/foundation';
import {
  Conflict,
  EventStoreError,
  OutcomeUnknown,
  StreamDeleted,
  StreamNotFound,
  TooLarge,
  Unavailable,
} from '../errors.js';

const GRPC_UNKNOWN = 2;
const GRPC_INVALID_ARGUMENT = 3;
const GRPC_UNAVAILABLE = 14;
/** gRPC's message when a call never left this process. */
const NEVER_SENT = /no connection established|name resolution|waiting for LB pick|failed to discover|ECONNREFUSED/i;

/** Translates the driver's error on a write: a definite refusal, or an unknown outcome. */
export function writeFailure(stream: string, cause: unknown, bytes: number): EventStoreError {
  const refusal = knownRefusal(stream, cause);
  if (refusal) return refusal;
  if (cause instanceof MaxAppendSizeExceededError) return new TooLarge(bytes, cause.maxAppendSize, { cause });
  const text = reason(cause);
  if (cause instanceof AccessDeniedError || cause instanceof NotLeaderError || NEVER_SENT.test(text)) {
    return unavailable(cause);
  }
  // An unavailable server, a deadline, a cancelled call: it may have been handled before the connection ended.
  return new OutcomeUnknown(`EventStoreDB did not confirm the write to ${stream}: ${text}`, { cause });
}

/** Translates the driver's error on a read: reading changes nothing, so all other errors are Unavailable. */
export function readFailure(stream: string, cause: unknown): EventStoreError {
  if (cause instanceof EventStoreError) return cause;
  return knownRefusal(stream, cause) ?? unavailable(cause);
}

export function unavailable(cause: unknown): Unavailable {
  return new Unavailable(`EventStoreDB cannot be reached: ${reason(cause)}`, { cause });
}

/** Whether no record begins at the position that was to be read: the server's log is not the one it was taken from. */
export function isNoPosition(cause: unknown): boolean {
  const { message = '', code } = cause as { message?: string; code?: number };
  return (code === GRPC_INVALID_ARGUMENT || code === GRPC_UNKNOWN) && /position|record|log/i.test(message);
}

function knownRefusal(stream: string, cause: unknown): EventStoreError | undefined {
  if (cause instanceof WrongExpectedVersionError) {
    const actual = cause.actualVersion;
    const exists = typeof actual === 'bigint' && actual >= 0n;
    return new Conflict(stream, exists ? Number(actual) : 'no_stream', { cause });
  }
  if (cause instanceof StreamNotFoundError) return new StreamNotFound(stream, { cause });
  if (cause instanceof StreamDeletedError) return new StreamDeleted(stream, { cause });
  return undefined;
}

/** gRPC's own text, in one line and without credentials. */
function reason(cause: unknown): string {
  const { message, code } = cause as { message?: string; code?: number };
  if (!message && code === GRPC_UNAVAILABLE) return 'unavailable';
  return firstLine(message ?? String(cause));
}

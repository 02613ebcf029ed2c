import { isErrorCode, TidemarkError, type ErrorCode, type ErrorDetails } from '@tidemark/contracts';

/** Codes of the ports that are not for callers, and what a caller gets to see in their place. */
const translated: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  NO_RESPONDER: ['SERVICE_UNAVAILABLE', 'no running service answers this: it is down, or of an older version'],
  DEADLINE_EXCEEDED: ['SERVICE_UNAVAILABLE', 'no answer in time; the request may have been carried out'],
  BROKER_UNAVAILABLE: ['SERVICE_UNAVAILABLE', 'the broker cannot be reached'],
  EVENT_STORE_UNAVAILABLE: ['EVENT_STORE_UNAVAILABLE', 'the event store cannot be reached'],
  OUTCOME_UNKNOWN: [
    'EVENT_STORE_UNAVAILABLE',
    'the event store did not confirm; the request may have been carried out',
  ],
  READ_MODEL_UNAVAILABLE: ['READ_MODEL_UNAVAILABLE', 'the read model cannot be reached'],
  BLOB_STORE_UNAVAILABLE: ['BLOB_STORE_UNAVAILABLE', 'the blob store cannot be reached'],
  BLOB_NOT_FOUND: ['INTERNAL', 'the stored document is missing'],
  BLOB_CORRUPT: ['INTERNAL', 'the stored document is damaged'],
  TOO_LARGE: ['PAYLOAD_TOO_LARGE', 'the request does not fit into one append'],
  MESSAGE_TOO_LARGE: ['PAYLOAD_TOO_LARGE', 'the request does not fit into one message'],
  STREAM_NOT_FOUND: ['NOT_FOUND', 'no such stream'],
  STREAM_DELETED: ['NOT_FOUND', 'the stream was deleted'],
};

/** Any error as one that a caller may see: nothing of drivers, addresses or stacks is left in it but as its cause. */
export function toTidemarkError(error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const { code, message, details } = error as { code?: unknown; message?: unknown; details?: unknown };
  const known = typeof code === 'string' ? translated[code] : undefined;
  if (known) return new TidemarkError(known[0], known[1], {}, { cause: error });
  if (isErrorCode(code) && code !== 'INTERNAL')
    return new TidemarkError(code, String(message), detailsOf(details), { cause: error });
  return new TidemarkError(
    'INTERNAL',
    'something went wrong; the request id tells the operator more',
    {},
    { cause: error },
  );
}

const detailsOf = (details: unknown): ErrorDetails => (typeof details === 'object' && details !== null ? details : {});

/** The store or service behind it is down: asking again later may help. */
export const isUnavailable = ({ code }: TidemarkError): boolean =>
  code === 'SERVICE_UNAVAILABLE' || code === 'EVENT_STORE_UNAVAILABLE';

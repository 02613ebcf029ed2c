import { invalid, isErrorCode, problem, TidemarkError, type ErrorCode, type ErrorDetails } from '@tidemark/contracts';

/** Error codes of the ports, and the error that a caller gets instead. */
const translated: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  NO_RESPONDER: ['SERVICE_UNAVAILABLE', 'no running service handles this request: it is down, or of an older version'],
  DEADLINE_EXCEEDED: ['SERVICE_UNAVAILABLE', 'no response in time; the request may have been carried out'],
  SERVER_STOPPING: ['SERVICE_UNAVAILABLE', 'the service stopped; the request may have been carried out'],
  BROKER_UNAVAILABLE: ['SERVICE_UNAVAILABLE', 'the broker cannot be reached'],
  EVENT_STORE_UNAVAILABLE: ['EVENT_STORE_UNAVAILABLE', 'the event store cannot be reached'],
  OUTCOME_UNKNOWN: [
    'EVENT_STORE_UNAVAILABLE',
    'the event store did not confirm; the request may have been carried out',
  ],
  READ_MODEL_UNAVAILABLE: ['READ_MODEL_UNAVAILABLE', 'the read model cannot be reached'],
  BLOB_STORE_UNAVAILABLE: ['BLOB_STORE_UNAVAILABLE', 'the blob store cannot be reached'],
  RECORD_STORE_UNAVAILABLE: ['RECORD_STORE_UNAVAILABLE', 'the record store cannot be reached'],
  VAULT_UNAVAILABLE: ['VAULT_UNAVAILABLE', 'the store of credentials cannot be reached'],
  BLOB_NOT_FOUND: ['DOCUMENT_GONE', 'the stored document was lost; the next change of the source is stored anew'],
  BLOB_CORRUPT: ['DOCUMENT_GONE', 'the stored document is damaged; the next change of the source is stored anew'],
  TOO_LARGE: ['PAYLOAD_TOO_LARGE', 'the request does not fit into one append'],
  MESSAGE_TOO_LARGE: ['PAYLOAD_TOO_LARGE', 'the request does not fit into one message'],
  UNREADABLE: ['UNREADABLE', 'this version cannot read what is stored; the operator can find the reason in the log'],
  STREAM_NOT_FOUND: ['NOT_FOUND', 'no such stream'],
  STREAM_DELETED: ['NOT_FOUND', 'the stream was deleted'],
};

/** Any error as one that a caller may see: details of drivers, addresses and stacks remain only in its cause. */
export function toTidemarkError(error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const { code, message, details } = error as { code?: unknown; message?: unknown; details?: unknown };
  if (code === 'INVALID_CURSOR')
    return invalid([problem('cursor', 'must be the `next` of a page of this list')], { cause: error });
  const known = typeof code === 'string' ? translated[code] : undefined;
  if (known) return new TidemarkError(known[0], known[1], {}, { cause: error });
  if (isErrorCode(code) && code !== 'INTERNAL')
    return new TidemarkError(code, String(message), detailsOf(details), { cause: error });
  return new TidemarkError(
    'INTERNAL',
    'internal error; the operator can find the details in the log by the request id',
    {},
    { cause: error },
  );
}

const detailsOf = (details: unknown): ErrorDetails => (typeof details === 'object' && details !== null ? details : {});

/** A store or service is down: a retry may help. */
export const isUnavailable = ({ code }: TidemarkError): boolean =>
  code === 'SERVICE_UNAVAILABLE' || code === 'EVENT_STORE_UNAVAILABLE';

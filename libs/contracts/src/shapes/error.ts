import { Field, ListOf, Nested, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { word } from '../fields/field-type.js';

/** The closed list of error codes that a caller of Tidemark can meet. Mapped to HTTP and gRPC in the gateway alone. */
export const errorCodes = [
  'VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'DOCUMENT_GONE',
  'DUPLICATE_JOB',
  'DUPLICATE_REQUEST',
  'IDEMPOTENCY_KEY_REUSED',
  'TOO_MANY_CONCURRENT_SYNCS',
  'CONNECTION_BUSY',
  'QUEUE_FULL',
  'CONNECTION_NOT_ACTIVE',
  'JOB_NOT_CANCELLABLE',
  'JOB_NOT_RETRYABLE',
  'STALE_CLAIM',
  'CLAIM_REFUSED',
  'CONFLICT',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'EVENT_STORE_UNAVAILABLE',
  'READ_MODEL_UNAVAILABLE',
  'BLOB_STORE_UNAVAILABLE',
  'RECORD_STORE_UNAVAILABLE',
  'VAULT_UNAVAILABLE',
  'CREDENTIALS_UNAVAILABLE',
  'SERVICE_UNAVAILABLE',
  'UNREADABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Described once, under a name of its own. */
export const ErrorCodeField = () => Field(word(errorCodes, 'ErrorCode'));

/** One field of the caller's input that is at fault. */
@Shape()
export class FieldProblem {
  @Text({ description: 'Path of the field.', example: 'source.config.url' })
  readonly field!: string;

  @Text({
    description: 'A sentence that names the field, so that it can be read alone.',
    example: '`source.config.url` must be an http or https URL',
  })
  readonly message!: string;
}

/** Details of an error besides code and message; survives JSON. Never secrets. */
@Shape()
export class ErrorDetails {
  @ListOf(() => FieldProblem, { optional: true })
  readonly fields?: readonly FieldProblem[];

  @Text({
    optional: true,
    description: 'The job that an idempotency key already belongs to, that cannot be retried, or that is in the way.',
  })
  readonly jobId?: string;

  @Text({ optional: true, description: 'What an idempotency key has created already, other than a job.' })
  readonly id?: string;

  @Text({ optional: true, description: 'Why a claim was refused.' })
  readonly reason?: string;

  @WholeNumber({ optional: true, description: 'Seconds after which the call may succeed.' })
  readonly retryAfter?: number;
}

/** The reply to a request that failed. */
@Shape({ name: 'Error' })
export class ErrorReply {
  @ErrorCodeField()
  readonly code!: ErrorCode;

  @Text()
  readonly message!: string;

  @Nested(() => ErrorDetails, { optional: true })
  readonly details?: ErrorDetails;
}

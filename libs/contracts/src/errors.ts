/** The closed list of error codes that a caller of Tidemark can meet. Mapped to HTTP and gRPC in the gateway alone. */
export const errorCodes = [
  'VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'DUPLICATE_JOB',
  'IDEMPOTENCY_KEY_REUSED',
  'TOO_MANY_CONCURRENT_SYNCS',
  'CONNECTION_BUSY',
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
  'SERVICE_UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One field of the caller's input that is at fault. */
export interface FieldProblem {
  /** Path of the field: `source.config.url`. */
  readonly field: string;
  readonly message: string;
}

/** What travels with an error besides code and message; survives JSON. Never secrets. */
export interface ErrorDetails {
  readonly fields?: readonly FieldProblem[];
  /** The job that an idempotency key already belongs to, or that a retry is refused for. */
  readonly jobId?: string;
  /** Why a claim was refused. */
  readonly reason?: string;
  /** Seconds after which the call may succeed. */
  readonly retryAfter?: number;
}

/** An error that a caller is meant to see. */
export class TidemarkError extends Error {
  override readonly name = 'TidemarkError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode => errorCodes.includes(code as ErrorCode);

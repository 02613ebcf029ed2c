import type { ErrorCode } from '@tidemark/contracts';

/** The program's exit codes. */
export const exitCodes = {
  ok: 0,
  /** The job failed or was cancelled, or the requested condition is met. */
  unwanted: 1,
  /** Bad usage or invalid input. */
  usage: 2,
  notFound: 3,
  /** Unauthenticated or forbidden. */
  denied: 4,
  /** Tidemark cannot be reached, or cannot answer now. */
  unavailable: 5,
  /** The current state does not allow it. */
  conflict: 6,
  /** An internal error of this program. */
  fault: 70,
  /** Ctrl-C, as in shells. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byErrorCode: Readonly<Record<ErrorCode, ExitCode>> = {
  VALIDATION_FAILED: exitCodes.usage,
  UNAUTHENTICATED: exitCodes.denied,
  FORBIDDEN: exitCodes.denied,
  NOT_FOUND: exitCodes.notFound,
  DOCUMENT_GONE: exitCodes.notFound,
  DUPLICATE_JOB: exitCodes.conflict,
  DUPLICATE_REQUEST: exitCodes.conflict,
  IDEMPOTENCY_KEY_REUSED: exitCodes.conflict,
  TOO_MANY_CONCURRENT_SYNCS: exitCodes.conflict,
  CONNECTION_BUSY: exitCodes.conflict,
  QUEUE_FULL: exitCodes.conflict,
  CONNECTION_NOT_ACTIVE: exitCodes.conflict,
  JOB_NOT_CANCELLABLE: exitCodes.conflict,
  JOB_NOT_RETRYABLE: exitCodes.conflict,
  STALE_CLAIM: exitCodes.conflict,
  CLAIM_REFUSED: exitCodes.conflict,
  CONFLICT: exitCodes.conflict,
  PAYLOAD_TOO_LARGE: exitCodes.usage,
  RATE_LIMITED: exitCodes.unavailable,
  EVENT_STORE_UNAVAILABLE: exitCodes.unavailable,
  READ_MODEL_UNAVAILABLE: exitCodes.unavailable,
  BLOB_STORE_UNAVAILABLE: exitCodes.unavailable,
  VAULT_UNAVAILABLE: exitCodes.unavailable,
  CREDENTIALS_UNAVAILABLE: exitCodes.unavailable,
  RECORD_STORE_UNAVAILABLE: exitCodes.unavailable,
  SERVICE_UNAVAILABLE: exitCodes.unavailable,
  UNREADABLE: exitCodes.unavailable,
  INTERNAL: exitCodes.unavailable,
};

/** The exit code for an error answer; an unknown code is mapped by its HTTP status. */
export function exitCodeOf(code: string, status: number): ExitCode {
  const known = (byErrorCode as Readonly<Record<string, ExitCode | undefined>>)[code];
  if (known !== undefined) return known;
  if (status === 401 || status === 403) return exitCodes.denied;
  if (status === 404) return exitCodes.notFound;
  if (status === 409) return exitCodes.conflict;
  return status >= 500 || status === 429 ? exitCodes.unavailable : exitCodes.usage;
}

import { status as grpcStatus } from '@grpc/grpc-js';
import type { ErrorCode } from '@tidemark/contracts';

export interface ErrorStatus {
  readonly http: number;
  readonly grpc: grpcStatus;
  /** Default `Retry-After` in seconds, for temporary errors without one of their own. */
  readonly retryAfter?: number;
}

/** The HTTP and the gRPC status of every error code. */
export const errorStatus: Readonly<Record<ErrorCode, ErrorStatus>> = {
  VALIDATION_FAILED: { http: 400, grpc: grpcStatus.INVALID_ARGUMENT },
  UNAUTHENTICATED: { http: 401, grpc: grpcStatus.UNAUTHENTICATED },
  FORBIDDEN: { http: 403, grpc: grpcStatus.PERMISSION_DENIED },
  NOT_FOUND: { http: 404, grpc: grpcStatus.NOT_FOUND },
  DOCUMENT_GONE: { http: 410, grpc: grpcStatus.DATA_LOSS },
  DUPLICATE_JOB: { http: 409, grpc: grpcStatus.ALREADY_EXISTS },
  DUPLICATE_REQUEST: { http: 409, grpc: grpcStatus.ALREADY_EXISTS },
  IDEMPOTENCY_KEY_REUSED: { http: 422, grpc: grpcStatus.INVALID_ARGUMENT },
  TOO_MANY_CONCURRENT_SYNCS: { http: 429, grpc: grpcStatus.RESOURCE_EXHAUSTED, retryAfter: 10 },
  CONNECTION_BUSY: { http: 409, grpc: grpcStatus.FAILED_PRECONDITION },
  QUEUE_FULL: { http: 429, grpc: grpcStatus.RESOURCE_EXHAUSTED, retryAfter: 10 },
  CONNECTION_NOT_ACTIVE: { http: 409, grpc: grpcStatus.FAILED_PRECONDITION },
  JOB_NOT_CANCELLABLE: { http: 409, grpc: grpcStatus.FAILED_PRECONDITION },
  JOB_NOT_RETRYABLE: { http: 409, grpc: grpcStatus.FAILED_PRECONDITION },
  STALE_CLAIM: { http: 409, grpc: grpcStatus.FAILED_PRECONDITION },
  CLAIM_REFUSED: { http: 409, grpc: grpcStatus.FAILED_PRECONDITION },
  CONFLICT: { http: 409, grpc: grpcStatus.ABORTED },
  PAYLOAD_TOO_LARGE: { http: 413, grpc: grpcStatus.RESOURCE_EXHAUSTED },
  RATE_LIMITED: { http: 429, grpc: grpcStatus.RESOURCE_EXHAUSTED, retryAfter: 1 },
  EVENT_STORE_UNAVAILABLE: { http: 503, grpc: grpcStatus.UNAVAILABLE, retryAfter: 2 },
  READ_MODEL_UNAVAILABLE: { http: 503, grpc: grpcStatus.UNAVAILABLE, retryAfter: 2 },
  VAULT_UNAVAILABLE: { http: 503, grpc: grpcStatus.UNAVAILABLE, retryAfter: 2 },
  CREDENTIALS_UNAVAILABLE: { http: 503, grpc: grpcStatus.UNAVAILABLE, retryAfter: 60 },
  RECORD_STORE_UNAVAILABLE: { http: 503, grpc: grpcStatus.UNAVAILABLE, retryAfter: 2 },
  BLOB_STORE_UNAVAILABLE: { http: 503, grpc: grpcStatus.UNAVAILABLE, retryAfter: 2 },
  SERVICE_UNAVAILABLE: { http: 503, grpc: grpcStatus.UNAVAILABLE, retryAfter: 2 },
  UNREADABLE: { http: 500, grpc: grpcStatus.DATA_LOSS },
  INTERNAL: { http: 500, grpc: grpcStatus.INTERNAL },
};
